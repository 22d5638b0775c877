// SPDX-License-Identifier: Apache-2.0
// The classifier behind a layer and its entropy.
#pragma once
#include "firmware/drivers/early_exit.hpp"
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// pooled, logits and entropy of the hidden state behind `layer` (1 ... layers).
/// @param logits  receives the classes' logits, Q8.12
Assessment run_off_ramp(const Sentence& sentence, uint32_t layer, int32_t* logits);

}  // namespace edgebert::firmware
