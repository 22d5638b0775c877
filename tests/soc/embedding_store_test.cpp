// SPDX-License-Identifier: Apache-2.0
// embedding.store: the word embeddings in the eNVM, or in the weight memory behind the weights.
#include <fmt/format.h>

#include "contract/memory_map.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

SocConfig stored(EmbeddingStore store) {
  SocConfig config;
  config.embedding.store = store;
  return config;
}

std::string run_with(const SocConfig& config, const std::function<void(Platform&)>& prepare = {}) {
  return in_child([&] { return run_sentences(config, dev_sentences({0}), prepare); });
}

constexpr std::uint64_t page = 4096;

}  // namespace

TEST_CASE("embedding store: the same tensors from either memory, counted where the bytes come from") {
  const std::string envm = run_with(stored(EmbeddingStore::envm));
  const std::string dram = run_with(stored(EmbeddingStore::dram));
  INFO(envm << "\n" << dram);
  CHECK(number(envm, "mismatches") == 0);
  CHECK(number(dram, "mismatches") == 0);
  CHECK(field(dram, "logits") == field(envm, "logits"));
  CHECK(number(envm, "envm.bytes_read") > 0);
  CHECK(number(dram, "envm.bytes_read") == 0);
  CHECK(number(dram, "weight_memory.bytes_read") ==
        number(envm, "weight_memory.bytes_read") + number(envm, "envm.bytes_read"));
}

TEST_CASE("embedding store: a flipped bit in a word embedding of the weight memory is found") {
  const std::string outcome = run_with(stored(EmbeddingStore::dram), [](Platform& platform) {
    ModelDescriptor model;
    platform.peek(memory_map::weight_memory.base, {reinterpret_cast<std::uint8_t*>(&model), sizeof model});
    // The row of [CLS], token 2, which starts every sentence: its first non-zero code.
    std::uint8_t offset[2];
    platform.peek(model.word_embedding.index_offset + 4, offset);
    const std::uint64_t address = model.word_embedding.data + offset[0] + 256u * offset[1];
    std::uint8_t code;
    platform.peek(address, {&code, 1});
    code ^= 1u << 6;
    platform.poke(address, {&code, 1});
  });
  INFO(outcome);
  CHECK(number(outcome, "mismatches") > 0);
  CHECK(field(outcome, "first").find("embedding_sum") != std::string::npos);
}

TEST_CASE("embedding store: an image that does not fit is refused with the bytes needed and available") {
  const std::uint64_t weights = shipped_image().bytes_in("weight_memory");
  const std::uint64_t embeddings = shipped_image().bytes_in("envm");
  const std::uint64_t behind = (weights + 63) / 64 * 64;

  SocConfig config;
  config.memory.envm.size = embeddings / page * page;
  CHECK(run_with(config).find(
            fmt::format("it needs {} bytes of envm, which has {}; compile with --embedding-sparsity 0.6, set "
                        "embedding.store: dram or raise memory.envm.size",
                        embeddings, config.memory.envm.size)) != std::string::npos);
  config.embedding.store = EmbeddingStore::dram;
  CHECK(number(run_with(config), "mismatches") == 0);

  config.memory.weight_memory.size = weights / page * page + page;
  CHECK(run_with(config).find(fmt::format(
            "it needs {} bytes of weight_memory ({} of them for word embeddings), which has {}; "
            "compile a smaller model or raise memory.weight_memory.size",
            behind + embeddings, embeddings, config.memory.weight_memory.size)) != std::string::npos);
  config = {};
  config.memory.weight_memory.size = weights / page * page;
  CHECK(run_with(config).find(fmt::format("it needs {} bytes of weight_memory, which has {}; compile a "
                                          "smaller model or raise memory.weight_memory.size",
                                          weights, config.memory.weight_memory.size)) != std::string::npos);
}
