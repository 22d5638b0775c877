// SPDX-License-Identifier: Apache-2.0
// Multi-head attention: from query, key and value in the system SRAM to context.
#pragma once
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// scores, probabilities and context of every head that is not off.
void run_attention(const Sentence& sentence, uint32_t layer);

}  // namespace edgebert::firmware
