// SPDX-License-Identifier: Apache-2.0
// When a sentence is done and what it is classified as.
#pragma once
#include <stdint.h>

namespace edgebert::firmware {

/// The early-exit unit's decision, or nothing left to compute.
constexpr bool exits_here(bool entropy_below_threshold, uint32_t layer, uint32_t layers) {
  return entropy_below_threshold || layer == layers;
}

/// The first class with the largest logit.
constexpr uint32_t prediction_of(const int32_t* logits, uint32_t classes) {
  uint32_t best = 0;
  for (uint32_t each = 1; each < classes; ++each) {
    if (logits[each] > logits[best]) best = each;
  }
  return best;
}

}  // namespace edgebert::firmware
