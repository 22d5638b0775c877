// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/golden/dev_reference.hpp"

#include "contract/safetensors.hpp"

namespace edgebert {

DevReference dev_reference() {
  const Safetensors file =
      Safetensors::read(std::filesystem::path(EDGEBERT_ROOT) / "tests/data/sst2_dev_reference.safetensors");
  const auto word = [](const TensorView& tensor, std::size_t i) {
    return static_cast<std::uint16_t>(tensor.bytes[2 * i] | tensor.bytes[2 * i + 1] << 8);
  };
  const TensorView& ids = file.at("token_ids");
  const TensorView& lengths = file.at("lengths");
  const TensorView& logits = file.at("logits_fp32");
  DevReference reference;
  for (std::size_t sentence = 0; sentence < ids.shape[0]; ++sentence) {
    reference.token_ids.emplace_back();
    for (std::size_t i = 0; i < word(lengths, sentence); ++i) {
      reference.token_ids.back().push_back(word(ids, sentence * ids.shape[1] + i));
    }
    reference.labels.push_back(file.at("labels").bytes[sentence]);
  }
  reference.layers = static_cast<std::uint32_t>(logits.shape[1]);
  reference.classes = static_cast<std::uint32_t>(logits.shape[2]);
  reference.logits = logits.to_floats();
  return reference;
}

std::filesystem::path shipped_checkpoint() {
  return std::filesystem::path(EDGEBERT_ROOT) / "checkpoints/sst2-small";
}

}  // namespace edgebert
