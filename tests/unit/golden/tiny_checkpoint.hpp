// SPDX-License-Identifier: Apache-2.0
// A checkpoint with random weights, small enough to test every variant of the network in milliseconds:
// vocabulary 30,000, embedding 24, hidden 32, 4 heads of 8, intermediate 48, 3 layers, 16 positions, 3
// classes.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "contract/model_image.hpp"
#include "golden/fp32.hpp"

namespace edgebert {

/// What differs between the variants.
struct TinyOptions {
  std::string activation = "gelu_new";
  std::vector<float> reach = {};  ///< empty: no spans; otherwise one number a head
  std::string span_softmax = "all_keys";
  std::string span_index = "distance";
  bool shared_off_ramp = false;
};

/// One such checkpoint as float model and as compiled image, its ranges taken from the given sentences.
struct TinyModel {
  TinyModel(const TinyOptions& options, const std::vector<std::vector<std::uint16_t>>& sentences,
            std::uint32_t first_segment);

  std::unique_ptr<golden::Fp32Model> fp32;
  std::unique_ptr<ModelImage> image;
};

}  // namespace edgebert
