// SPDX-License-Identifier: Apache-2.0
// The geometry of ALBERT-base, cut to two layers: every tensor equals golden whatever the lanes, buffers,
// sparsity and spans; what sparsity and spans save shows in the counters.
#include "tests/soc/full_size.hpp"

#include <bit>
#include <set>

#include <fmt/format.h>

#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

constexpr std::uint32_t layers = 2;

RandomSubject& dense() {
  static RandomSubject made(albert_base(layers, 0, SpanForm::none));
  return made;
}
RandomSubject& sparse() {
  static RandomSubject made(albert_base(layers, 0.5, SpanForm::none));
  return made;
}
RandomSubject& all_keys() {
  static RandomSubject made(albert_base(layers, 0.5, SpanForm::all_keys));
  return made;
}
RandomSubject& in_span() {
  static RandomSubject made(albert_base(layers, 0.5, SpanForm::in_span));
  return made;
}

void check_equal(const std::string& outcome, RandomSubject& subject) {
  INFO(outcome);
  CHECK(number(outcome, "exit") == layers);
  CHECK(number(outcome, "mismatches") == 0);
  const auto heads =
      12 - static_cast<std::uint32_t>(std::popcount(subject.image().descriptor().heads_off[0]));
  CHECK(number(outcome, "tensors") % (3 + layers * (2 * heads + 12)) == 0);
}

std::uint64_t transferred(const std::string& outcome) {
  return number(outcome, "dma.bytes_loaded") + number(outcome, "dma.bytes_stored");
}

}  // namespace

TEST_CASE("full size: dense, every tensor equals golden for any lanes and buffers") {
  for (const SocConfig& config : {soc(16), soc(64, BufferSize::half), soc(8, BufferSize::twice)}) {
    check_equal(dense().run(config), dense());
  }
}

TEST_CASE("full size: half the weights zero, every tensor equals golden for any lanes and buffers") {
  for (const SocConfig& config : {soc(32), soc(4, BufferSize::half), soc(64, BufferSize::twice)}) {
    check_equal(sparse().run(config), sparse());
  }
}

TEST_CASE("full size: spans over all keys, every tensor equals golden for any lanes and buffers") {
  for (const SocConfig& config : {soc(8), soc(32, BufferSize::half)}) {
    check_equal(all_keys().run(config), all_keys());
  }
}

TEST_CASE("full size: keys in span only, every tensor equals golden for any lanes, buffers and lengths") {
  const std::vector<Tokens> lengths = {in_span().sentence(), in_span().sentence(50), in_span().sentence(3)};
  for (const SocConfig& config : {soc(4, BufferSize::twice), soc(16, BufferSize::half), soc(64)}) {
    check_equal(in_span().run(config, lengths), in_span());
  }
  SocConfig unpadded = soc(32);
  unpadded.sequence.pad = SequencePad::actual;
  check_equal(in_span().run(unpadded, lengths), in_span());
}

TEST_CASE("full size: a weight memory slower than the bus is read less often, not waited for") {
  SocConfig config = soc(16);
  const std::string quick = dense().run(config);
  config.memory.weight_memory.clock_hz *= 0.4;
  const std::string slow = dense().run(config);
  INFO(quick << "\n" << slow);
  CHECK(number(slow, "weight_memory.bytes_read") < 0.8 * number(quick, "weight_memory.bytes_read"));
  // With the tiles of the quicker memory: 1.68 times.
  CHECK(number(slow, "cycles") < 1.4 * number(quick, "cycles"));
}

TEST_CASE("full size: zero weights are not moved and gate MACs, and nothing takes longer") {
  for (const std::uint32_t lanes : {16u, 32u}) {
    const std::string all = dense().run(soc(lanes));
    const std::string half = sparse().run(soc(lanes));
    INFO(all << "\n" << half);
    CHECK(number(half, "processing_unit.macs") == number(all, "processing_unit.macs"));
    CHECK(number(half, "processing_unit.macs_gated") > number(half, "processing_unit.macs") / 3);
    CHECK(number(half, "processing_unit.macs_gated") > number(all, "processing_unit.macs_gated"));
    CHECK(transferred(half) < transferred(all));
    CHECK(number(half, "weight_memory.bytes_read") < number(all, "weight_memory.bytes_read"));
    CHECK(number(half, "cycles") <= number(all, "cycles"));
  }
}

TEST_CASE("full size: a head that is off costs no product, no softmax and no weights") {
  for (const std::uint32_t lanes : {8u, 16u, 64u}) {
    const std::string all = sparse().run(soc(lanes));
    const std::string some = all_keys().run(soc(lanes));
    INFO(all << "\n" << some);
    const auto saved = [&](const char* counter) { return number(all, counter) - number(some, counter); };
    constexpr std::uint64_t heads = 7 * layers, projected = std::uint64_t{3} * 64 * 768;
    CHECK(saved("processing_unit.macs") == heads * (128 * projected + std::uint64_t{2} * 128 * 128 * 64));
    CHECK(number(some, "softmax.rows") * 12 == number(all, "softmax.rows") * 5);
    // Half the codes, and a bit of mask for each.
    CHECK(saved("weight_memory.bytes_read") >= heads * projected * 5 / 8 * 99 / 100);
    CHECK(number(some, "processing_unit") < number(all, "processing_unit"));
    CHECK(number(some, "softmax") < number(all, "softmax"));
    CHECK(number(some, "cycles") < number(all, "cycles"));
    CHECK(transferred(some) < transferred(all));
  }
}

TEST_CASE("full size: keys out of span cost no product and no softmax, and what is loaded is loaded once") {
  RandomSubject short_masked(albert_base(layers, 0.5, SpanForm::all_keys, short_spans));
  RandomSubject short_left_out(albert_base(layers, 0.5, SpanForm::in_span, short_spans));
  for (const auto& [masked_subject, left_out_subject] :
       {std::pair(&all_keys(), &in_span()), std::pair(&short_masked, &short_left_out)}) {
    for (const std::uint32_t lanes : {8u, 16u, 32u}) {
      const std::string masked = masked_subject->run(soc(lanes));
      const std::string left_out = left_out_subject->run(soc(lanes));
      INFO(masked << "\n" << left_out);
      for (const char* counter : {"processing_unit.macs", "processing_unit", "softmax", "cycles"}) {
        INFO(counter);
        CHECK(number(left_out, counter) < number(masked, counter));
      }
      // Every key is within some query's distance.
      CHECK(transferred(left_out) == transferred(masked));
      CHECK(number(left_out, "mismatches") == 0);
    }
    // 64 lanes are wider than most spans: nothing to save, and nothing lost but a few instructions.
    const std::string masked = masked_subject->run(soc(64));
    const std::string left_out = left_out_subject->run(soc(64));
    INFO(masked << "\n" << left_out);
    CHECK(number(left_out, "cycles") < number(masked, "cycles") + 100);
    CHECK(transferred(left_out) == transferred(masked));
  }
}

TEST_CASE("full size: keys out of span by position are not even loaded") {
  RandomSubject masked_subject(
      albert_base(layers, 0.5, SpanForm::all_keys, short_spans, SpanIndex::position));
  RandomSubject left_out_subject(
      albert_base(layers, 0.5, SpanForm::in_span, short_spans, SpanIndex::position));
  const std::vector<Tokens> lengths = {left_out_subject.sentence(), left_out_subject.sentence(50)};
  for (const std::uint32_t lanes : {8u, 16u, 32u, 64u}) {
    const std::string masked = masked_subject.run(soc(lanes));
    const std::string left_out = left_out_subject.run(soc(lanes));
    INFO(masked << "\n" << left_out);
    for (const char* counter : {"processing_unit.macs", "processing_unit", "softmax", "cycles"}) {
      INFO(counter);
      CHECK(number(left_out, counter) < number(masked, counter));
    }
    CHECK(transferred(left_out) < transferred(masked));
    CHECK(number(left_out, "mismatches") == 0);
  }
  // The spans lie behind a short sentence: no key is in reach.
  check_equal(left_out_subject.run(soc(16, BufferSize::half), lengths), left_out_subject);
  SocConfig unpadded = soc(16);
  unpadded.sequence.pad = SequencePad::actual;
  check_equal(left_out_subject.run(unpadded, lengths), left_out_subject);
}

TEST_CASE("full size: a head that is off is never computed") {
  const Subject subject = in_span().subject();
  const std::string heads = in_child([&] {
    SocConfig config = soc(16);
    config.exit.threshold = 0;
    Platform platform(config, subject.image, shipped_firmware());
    std::set<unsigned> computed;
    platform.on_tile([&](const Tile& tile) {
      const bool of_a_head =
          tile.op == Operator::scores || tile.op == Operator::probabilities || tile.op == Operator::context;
      if (of_a_head) computed.insert(tile.head);
    });
    platform.classify(in_span().sentence(), 128);
    platform.shut_down();
    std::string text;
    for (const unsigned head : computed) text += fmt::format("{} ", head);
    return text;
  });
  CHECK(heads == "0 5 6 7 9 ");
}

TEST_CASE("full size: dense embeddings do not fit the eNVM, 60 % zeros do") {
  SocConfig config = soc(16);
  config.embedding.store = EmbeddingStore::envm;
  CHECK(dense().image().bytes_in("envm") > 4'300'000);
  const std::string refused = dense().run(config);
  CHECK(refused.find(fmt::format("it needs {} bytes of envm, which has 2097152; compile with "
                                 "--embedding-sparsity 0.6, set embedding.store: dram or raise "
                                 "memory.envm.size",
                                 dense().image().bytes_in("envm"))) != std::string::npos);

  model::CompileOptions pruned;
  pruned.embedding_sparsity = 0.6;
  RandomSubject fits(albert_base(1, 0.5, SpanForm::none), pruned);
  // 40 % of 30000 x 128 codes, 480,000 bytes of masks, 61,876 of index.
  CHECK(fits.image().bytes_in("envm") == Approx(2'077'876).margin(200));
  const std::string outcome = fits.run(config);
  INFO(outcome);
  CHECK(number(outcome, "mismatches") == 0);
  CHECK(number(outcome, "envm.bytes_read") > 0);
}

TEST_CASE("full size: a buffer too small for a tile is refused with the bytes") {
  SocConfig config = soc(16);
  config.buffers.data = 4096;
  const std::string outcome = dense().run(config);
  INFO(outcome);
  CHECK(outcome.rfind("error: ", 0) == 0);
  CHECK(outcome.find("4096") != std::string::npos);
}
