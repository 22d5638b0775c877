// SPDX-License-Identifier: Apache-2.0
// The float forward run against PyTorch's: the shipped checkpoint, and three random ones that between them
// have every activation, eps, number of classes and token types, spans of both kinds, one off-ramp for all
// layers, and three float types in one file. Stored by scripts/make_torch_reference.py; nothing here needs
// torch.
#include <cmath>

#include "contract/file.hpp"
#include "golden/fp32.hpp"
#include "tests/test.hpp"
#include "tests/unit/golden/dev_reference.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

const std::filesystem::path folder = std::filesystem::path(EDGEBERT_ROOT) / "tests/data/torch_reference";

struct Differences {
  double logits = 0;
  double entropies = 0;
  std::size_t compared = 0;  ///< logits
};

std::uint16_t halfword(const TensorView& tensor, std::size_t i) {
  return static_cast<std::uint16_t>(tensor.bytes[2 * i] | tensor.bytes[2 * i + 1] << 8);
}

/// The largest differences between golden's run of a checkpoint and what torch computed of it.
Differences differences(const std::string& name, const std::filesystem::path& checkpoint) {
  const Safetensors reference = Safetensors::read(folder / (name + ".safetensors"));
  const std::string hash = sha256_of(read_file(checkpoint / "model.safetensors", "checkpoint"));
  INFO("the checkpoint is another one than scripts/make_torch_reference.py saw: run it again");
  REQUIRE(reference.metadata().at("checkpoint_sha256") == hash);
  const Fp32Model model(Fp32Checkpoint::read(checkpoint));
  const TensorView& ids = reference.at("token_ids");
  const auto shape = reference.at("logits").shape;
  const std::vector<float> logits = reference.at("logits").to_floats();
  const std::vector<float> entropies = reference.at("entropies").to_floats();
  Differences found;
  for (std::size_t s = 0; s < shape[0]; ++s) {
    std::vector<std::uint16_t> tokens;
    for (std::size_t i = 0; i < halfword(reference.at("lengths"), s); ++i)
      tokens.push_back(halfword(ids, s * ids.shape[1] + i));
    const Fp32Forward forward = model.run(tokens, halfword(reference.at("first_segments"), s));
    REQUIRE(forward.logits.size() == shape[1]);
    for (std::size_t layer = 0; layer < shape[1]; ++layer) {
      REQUIRE(forward.logits[layer].size() == shape[2]);
      for (std::size_t c = 0; c < shape[2]; ++c, ++found.compared) {
        const double expected = logits[(s * shape[1] + layer) * shape[2] + c];
        found.logits = std::max(found.logits, std::fabs(forward.logits[layer][c] - expected));
      }
      found.entropies =
          std::max(found.entropies, std::fabs(forward.entropies[layer] - entropies[s * shape[1] + layer]));
    }
  }
  return found;
}

void agrees(const std::string& name, const std::filesystem::path& checkpoint, std::size_t logits) {
  const Differences found = differences(name, checkpoint);
  INFO(name << ": logits differ by " << found.logits << ", entropies by " << found.entropies);
  CHECK(found.compared == logits);
  CHECK(found.logits < 1e-4);
  CHECK(found.entropies < 1e-4);
}

}  // namespace

TEST_CASE("torch: logits and entropies of all off-ramps of the shipped checkpoint") {
  const Fp32Config config = Fp32Checkpoint::read(shipped_checkpoint()).config;
  agrees("shipped", shipped_checkpoint(), std::size_t{8} * config.layers * config.classes);
}

TEST_CASE("torch: gelu, eps 1e-5, three classes by id2label, pairs, no spans") {
  agrees("three_classes", folder / "three_classes", 4 * 4 * 3);
}

TEST_CASE("torch: relu, one token type, one off-ramp for all layers, in_span with a head off, mixed types") {
  agrees("shared_off_ramp", folder / "shared_off_ramp", 4 * 3 * 2);
}

TEST_CASE("torch: gelu_new, eps 1e-7, four classes, spans by position over all keys") {
  agrees("spans_by_position", folder / "spans_by_position", 4 * 3 * 4);
}
