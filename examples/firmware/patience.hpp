// SPDX-License-Identifier: Apache-2.0
// An exit policy the shipped firmware does not have: a sentence leaves when the predicted class has stayed
// the same for some layers (Zhou et al., "BERT Loses Patience", NeurIPS 2020, arXiv 2006.04152). A pure
// function of what the layers said, so that it can be tested without a SoC.
#pragma once
#include <stdint.h>

class Patience {
 public:
  /// @param wanted  layers in a row that repeat the class of the layer before
  constexpr explicit Patience(uint32_t wanted) : wanted_(wanted) {}

  /// Behind a layer. @return whether the sentence leaves here
  constexpr bool leaves(uint32_t prediction) {
    repeated_ = layers_ != 0 && prediction == last_ ? repeated_ + 1 : 0;
    last_ = prediction;
    ++layers_;
    return repeated_ >= wanted_;
  }

 private:
  uint32_t wanted_;
  uint32_t layers_ = 0;
  uint32_t last_ = 0;
  uint32_t repeated_ = 0;
};

/// The classes 1 1 0 0 0 with a patience of 2: the fifth layer is the first that repeats twice.
static_assert([] {
  Patience patience(2);
  bool leaves[5] = {};
  const uint32_t predictions[5] = {1, 1, 0, 0, 0};
  for (int layer = 0; layer < 5; ++layer) leaves[layer] = patience.leaves(predictions[layer]);
  return !leaves[0] && !leaves[1] && !leaves[2] && !leaves[3] && leaves[4];
}());
