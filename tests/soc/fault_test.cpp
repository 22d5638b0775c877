// SPDX-License-Identifier: Apache-2.0
// The comparison with golden can fail: one flipped bit in a weight, in a mask or in an eNVM word is found and
// named. What cannot be computed any more is a reported failure, never a wrong answer or a hang.
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

void flip(Platform& platform, std::uint64_t address, unsigned bit) {
  std::uint8_t byte;
  platform.peek(address, {&byte, 1});
  byte = static_cast<std::uint8_t>(byte ^ 1u << bit);
  platform.poke(address, {&byte, 1});
}

std::string run_with_flip(std::uint64_t address, unsigned bit) {
  return in_child([=] {
    SocConfig config;
    config.exit.threshold = 0;
    return run_sentences(config, dev_sentences({0}),
                         [=](Platform& platform) { flip(platform, address, bit); });
  });
}

}  // namespace

TEST_CASE("fault: a flipped bit in a weight is found in the first tensor it reaches") {
  const std::string outcome = run_with_flip(shipped_image().descriptor().ffn_inner.weights.data + 100, 6);
  INFO(outcome);
  CHECK(number(outcome, "mismatches") > 0);
  CHECK(field(outcome, "first").find("layer 1, ffn_inner: row 0") != std::string::npos);
}

TEST_CASE("fault: a flipped bit in a mask is found in the first tensor it reaches") {
  // Setting or clearing a mask bit shifts all codes behind it.
  const std::string outcome = run_with_flip(shipped_image().descriptor().key.weights.masks + 40, 3);
  INFO(outcome);
  CHECK(number(outcome, "mismatches") > 0);
  CHECK(field(outcome, "first").find("layer 1, key: row 0") != std::string::npos);
}

TEST_CASE("fault: a flipped bit in an eNVM word is found in the embedding") {
  // The first non-zero code of [CLS], token 2, which starts every sentence.
  const ModelDescriptor& model = shipped_image().descriptor();
  const auto offsets = shipped_image().container().at("word_embedding.index_offset").bytes;
  const std::uint32_t row = offsets[4] + 256u * offsets[5];
  const std::string outcome = run_with_flip(model.word_embedding.data + row, 6);
  INFO(outcome);
  CHECK(number(outcome, "mismatches") > 0);
  CHECK(field(outcome, "first").find("embedding_sum") != std::string::npos);
}

TEST_CASE("fault: a bus error ends the run with the unit's error and the operator, not with a wrong answer") {
  const std::string outcome = in_child([] {
    return run_sentences({}, dev_sentences({0}), [](Platform& platform) {
      // The row index points far outside the weight memory: the DMA's bus access is answered with an error.
      const std::vector<std::uint8_t> far(4, 0x7f);
      platform.poke(shipped_image().descriptor().query.weights.index_base, far);
    });
  });
  INFO(outcome);
  CHECK(outcome.rfind("error: ", 0) == 0);
  CHECK(outcome.find("dma reported error 18") != std::string::npos);
  CHECK(outcome.find("layer 1 query") != std::string::npos);
}

TEST_CASE("fault: a model that does not fit says which memory, needed and available") {
  SocConfig config;
  config.memory.envm.size = 1 << 20;
  const std::string outcome = in_child([&] { return run_sentences(config, dev_sentences({0})); });
  CHECK(outcome.find("bytes of envm, which has 1048576") != std::string::npos);
}

TEST_CASE("fault: a second platform in one process is refused") {
  const std::string outcome = in_child([] {
    run_sentences({}, dev_sentences({0}));
    return run_sentences({}, dev_sentences({0}));
  });
  CHECK(outcome.find("cannot build a second platform") != std::string::npos);
}
