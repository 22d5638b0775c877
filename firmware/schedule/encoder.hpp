// SPDX-License-Identifier: Apache-2.0
// What a layer is.
#pragma once
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// One encoder layer (1 ... layers) on memory.hidden_state, in place.
void run_layer(const Sentence& sentence, uint32_t layer);

}  // namespace edgebert::firmware
