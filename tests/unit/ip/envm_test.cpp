// SPDX-License-Identifier: Apache-2.0
// Cells, SECDED, faults and the two ways to the first embedding after power-up.
#include <bit>
#include <cmath>
#include <numeric>
#include <set>

#include "ip/envm/faults.hpp"
#include "ip/envm/macro.hpp"
#include "ip/envm/power_up.hpp"
#include "ip/envm/secded.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::reram;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes pattern(std::size_t bytes) {
  Bytes result(bytes);
  for (std::size_t i = 0; i < bytes; ++i) result[i] = static_cast<std::uint8_t>(i * 37 + i / 256 * 11);
  return result;
}

std::uint64_t differing_bits(const Bytes& a, const Bytes& b) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    bits += static_cast<unsigned>(std::popcount(static_cast<unsigned>(a[i] ^ b[i])));
  return bits;
}

/// Every cell reads as the next higher level where there is one.
CellErrors always_up(CellKind kind, LevelCoding coding) {
  CellErrors errors{bits_of(kind), coding, {}, {}};
  for (unsigned level = 0; level + 1 < levels_of(kind); ++level) errors.up[level] = ~std::uint64_t{0};
  return errors;
}

}  // namespace

TEST_CASE("envm: error rates that follow from the level distributions") {
  CHECK(mean_cell_error(CellKind::slc) < 1e-100);
  CHECK(mean_cell_error(CellKind::mlc2) == Approx(7.9e-9).epsilon(0.005));
  CHECK(mean_cell_error(CellKind::mlc3) == Approx(3.8e-3).epsilon(0.005));
  double down = 0;
  double up = 0;
  for (unsigned level = 0; level < 8; ++level) {
    down = std::max(down, level_error(CellKind::mlc3, level).down);
    up = std::max(up, level_error(CellKind::mlc3, level).up);
  }
  CHECK(down == Approx(6.3e-3).epsilon(0.005));
  CHECK(up == Approx(4.5e-3).epsilon(0.007));
}

TEST_CASE("envm: a threshold lies where both levels are equally dense") {
  for (const CellKind kind : {CellKind::slc, CellKind::mlc2, CellKind::mlc3}) {
    const auto levels = distributions_of(kind);
    REQUIRE(levels.size() == levels_of(kind));
    for (unsigned lower = 0; lower + 1 < levels.size(); ++lower) {
      const double at = read_threshold(kind, lower);
      CHECK(at > levels[lower].mean);
      CHECK(at < levels[lower + 1].mean);
      const auto log_density = [&](const Level& level) {
        return -std::pow((at - level.mean) / level.deviation, 2) / 2 - std::log(level.deviation);
      };
      CHECK(log_density(levels[lower]) == Approx(log_density(levels[lower + 1])).epsilon(1e-9));
    }
    CHECK(level_error(kind, 0).down == 0);
    CHECK(level_error(kind, levels_of(kind) - 1).up == 0);
  }
}

TEST_CASE("envm: SECDED corrects every single and detects every double error") {
  for (const std::uint64_t data : {0ull, ~0ull, 0x0123456789abcdefull}) {
    const std::uint8_t check = secded::check_bits(data);
    CHECK(secded::decode(data, check).outcome == secded::Outcome::clean);
    const auto flipped = [&](unsigned a, unsigned b) {
      std::uint64_t word = data;
      std::uint8_t bits = check;
      for (const unsigned bit : std::set<unsigned>{a, b}) {
        if (bit < 64)
          word ^= 1ull << bit;
        else
          bits ^= static_cast<std::uint8_t>(1u << (bit - 64));
      }
      return std::pair(secded::decode(word, bits), word);
    };
    unsigned wrong = 0;
    for (unsigned a = 0; a < 72; ++a) {
      const secded::Decoded single = flipped(a, a).first;
      wrong += single.outcome != secded::Outcome::corrected || single.data != data;
      for (unsigned b = a + 1; b < 72; ++b) {
        const auto [twice, read] = flipped(a, b);
        wrong += twice.outcome != secded::Outcome::detected || twice.data != read;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("envm: random numbers are SplitMix64's and differ by seed and region") {
  const RandomPlaces one(1, 0);
  const RandomPlaces two(2, 0);
  const RandomPlaces region(1, 0x20000000);
  // From a second implementation that gives the published outputs of state 1234567.
  CHECK(one.at(0) == 0x6ec85f1f8547bc0c);
  CHECK(one.at(5) == 0x255cf4495f13403f);
  CHECK(one.at(0) != two.at(0));
  CHECK(one.at(0) != region.at(0));
  double mean = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) mean += std::ldexp(static_cast<double>(one.at(i)), -64) / 1e5;
  CHECK(mean == Approx(0.5).epsilon(0.01));  // 5 standard deviations
}

TEST_CASE("envm: cells are consecutive bits, the highest first, also across bytes") {
  const RandomPlaces random(1, 0);
  Bytes two{0b00'01'10'11};
  const FaultCounts counts = inject(two, always_up(CellKind::mlc2, LevelCoding::binary), Ecc::none, random);
  CHECK(two == Bytes{0b01'10'11'11});
  CHECK(counts.cells == 4);
  CHECK(counts.faulty_cells == 3);
  CHECK(counts.flipped_bits == 4);  // 01 to 10 changes two
  CHECK(counts.wrong_bits == 4);

  Bytes gray{0b00'01'11'10};  // levels 0 to 3
  CHECK(inject(gray, always_up(CellKind::mlc2, LevelCoding::gray), Ecc::none, random).flipped_bits == 3);
  CHECK(gray == Bytes{0b01'11'10'10});

  Bytes three{0b000'011'10, 0b1'110'111'0};  // levels 0, 3, 5, 6, 7, and a cell with a single bit that exists
  const FaultCounts of_three =
      inject(three, always_up(CellKind::mlc3, LevelCoding::binary), Ecc::none, random);
  CHECK(three == Bytes{0b001'100'11, 0b0'111'111'0});
  CHECK(of_three.cells == 6);
  CHECK(of_three.faulty_cells == 5);
}

TEST_CASE("envm: gray coding changes one bit a fault at every level") {
  for (const CellKind kind : {CellKind::mlc2, CellKind::mlc3}) {
    Bytes bytes = pattern(3 * 1024);
    const FaultCounts counts = inject(bytes, always_up(kind, LevelCoding::gray), Ecc::none, {1, 0});
    CHECK(counts.faulty_cells > 0);
    CHECK(counts.flipped_bits == counts.faulty_cells);
  }
}

TEST_CASE("envm: faults are as frequent as the cells say, and the same for the same seed") {
  const Bytes before = pattern(3 << 20);
  Bytes after = before;
  const CellErrors errors = cell_errors(CellKind::mlc3, LevelCoding::binary);
  const FaultCounts counts = inject(after, errors, Ecc::none, {7, 0x20000000});
  const double expected = static_cast<double>(counts.cells) * mean_cell_error(CellKind::mlc3);
  CHECK(counts.cells == 8u << 20);
  CHECK(static_cast<double>(counts.faulty_cells) == Approx(expected).epsilon(0.03));
  CHECK(differing_bits(before, after) == counts.wrong_bits);

  Bytes again = before;
  inject(again, errors, Ecc::none, {7, 0x20000000});
  CHECK(again == after);
  Bytes other = before;
  inject(other, errors, Ecc::none, {8, 0x20000000});
  CHECK(other != after);
}

TEST_CASE("envm: a bit that flips at one rate flips at every higher one") {
  const Bytes before(1 << 16);
  Bytes low = before;
  Bytes high = before;
  const FaultCounts few = inject(low, bit_errors(1e-3), Ecc::none, {1, 0});
  const FaultCounts many = inject(high, bit_errors(1e-2), Ecc::none, {1, 0});
  CHECK(static_cast<double>(few.flipped_bits) == Approx(524.288).epsilon(0.2));
  CHECK(static_cast<double>(many.flipped_bits) == Approx(5242.88).epsilon(0.07));
  std::size_t lost = 0;
  for (std::size_t i = 0; i < low.size(); ++i) lost += (low[i] & ~high[i]) != 0;
  CHECK(lost == 0);
  CHECK(inject(high, bit_errors(0), Ecc::none, {1, 0}).flipped_bits == 0);
}

TEST_CASE("envm: with SECDED sparse faults leave the contents as they were") {
  const Bytes before = pattern(1'000'003);  // the last word is not whole
  Bytes after = before;
  const FaultCounts counts = inject(after, bit_errors(1e-6), Ecc::secded, {3, 0});
  CHECK(counts.cells == 125'001 * 72);
  CHECK(counts.flipped_bits > 0);
  CHECK(counts.corrected_words == counts.flipped_bits);
  CHECK(counts.detected_words == 0);
  CHECK(counts.wrong_bits == 0);
  CHECK(after == before);

  const FaultCounts dense = inject(after, bit_errors(1e-3), Ecc::secded, {3, 0});
  // Words of 72 bits with exactly two wrong ones: 72 x 71 / 2 x 1e-6 x 0.999^70.
  CHECK(static_cast<double>(dense.detected_words) == Approx(125'001 * 2.383e-3).epsilon(0.2));
  CHECK(differing_bits(before, after) == dense.wrong_bits);
  CHECK(dense.wrong_bits < dense.flipped_bits / 4);
}

TEST_CASE("envm: size counts bytes, area counts cells") {
  const MacroContents contents{2 << 20, 480'000, 1'536'000};
  const MacroUse plain = use_of(contents, {CellKind::slc, CellKind::mlc2, Ecc::none});
  CHECK(plain.masks.cells == 8 * 480'000);
  CHECK(plain.codes.cells == 4 * 1'536'000);
  CHECK(plain.free.cells == 4 * (2'097'152 - 2'016'000));
  CHECK(plain.masks.area_mm2 == Approx(480'000 / 1048576. * 0.28));
  CHECK(plain.expected_faulty_cells() == Approx(0.0486).epsilon(0.01));
  const MacroUse with_ecc = use_of(contents, {CellKind::slc, CellKind::mlc2, Ecc::secded});
  CHECK(with_ecc.codes.cells == plain.codes.cells * 9 / 8);
  CHECK(with_ecc.area_mm2() == Approx(plain.area_mm2() * 1.125).epsilon(1e-6));
  const MacroUse dense = use_of(contents, {CellKind::slc, CellKind::mlc3, Ecc::none});
  CHECK(dense.codes.cells == 4'096'000);
  CHECK(dense.expected_faulty_cells() == Approx(1.56e4).epsilon(0.01));
}

TEST_CASE("envm: read latency is whole cycles of the macro's clock") {
  CHECK(read_latency_ns(CellKind::mlc2, CellKind::slc, 500e6) == Approx(2));
  CHECK(read_latency_ns(CellKind::mlc3, CellKind::slc, 500e6) == Approx(4));
  CHECK(read_latency_ns(CellKind::slc, CellKind::slc, 800e6) == Approx(1.25));
  CHECK(read_latency_ns(CellKind::slc, CellKind::mlc2, 1e9) == Approx(2));
}

TEST_CASE("envm: power-up, by hand") {
  const EmbeddingTraffic traffic = traffic_of(30'000, 128, 0.4, 128);
  CHECK(traffic.stored_bytes == 2'016'000);
  CHECK(traffic.sentence_masks == 256);
  CHECK(traffic.sentence_codes == 820);  // 819.2
  const LatencyEnergy direct = read_in_place(traffic, CellKind::slc, CellKind::slc);
  CHECK(direct.seconds == Approx(1076 * 1.21e-9));
  CHECK(direct.joules == Approx(1076 * 6.18e-12));
  const LatencyEnergy copy = reload(traffic);
  CHECK(copy.seconds == Approx(2'016'000 / 25.6e9));
  CHECK(copy.joules == Approx(2'016'000 * 8 * 13.5e-12 + 252'000 * 1.13e-12));
  // As docs/envm.md has it.
  const LatencyEnergy mixed = read_in_place(traffic, CellKind::slc, CellKind::mlc2);
  CHECK(copy.seconds / mixed.seconds == Approx(50.08).epsilon(1e-3));
  CHECK(copy.joules / mixed.joules == Approx(23'740).epsilon(1e-3));
  const LatencyEnergy both = reload_and_read(traffic);
  CHECK(both.seconds - copy.seconds == Approx(1076 * 2.61e-9));
  CHECK(both.joules - copy.joules == Approx(1076 * 1.13e-12));
}
