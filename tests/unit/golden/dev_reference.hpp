// SPDX-License-Identifier: Apache-2.0
// The SST-2 development set with the float logits of the model's training run: tests/data/sst2_dev_reference.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace edgebert {

struct DevReference {
  std::vector<std::vector<std::uint16_t>> token_ids;
  std::vector<unsigned> labels;
  std::uint32_t layers = 0;
  std::uint32_t classes = 0;
  std::vector<float> logits;  ///< sentences x layers x classes

  float logit(std::size_t sentence, std::size_t layer, std::size_t c) const {
    return logits[(sentence * layers + layer) * classes + c];
  }
};

/// Reads tests/data/sst2_dev_reference.safetensors.
DevReference dev_reference();

/// checkpoints/sst2-small of the source tree.
std::filesystem::path shipped_checkpoint();

}  // namespace edgebert
