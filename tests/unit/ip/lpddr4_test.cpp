// SPDX-License-Identifier: Apache-2.0
// LPDDR4 to first order, worked out by hand: rows of 1,024 bytes in 4 banks, beats of 8 bytes a nanosecond.
#include "ip/dram/lpddr4_timing.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using dram::Lpddr4Timing;

namespace {

constexpr dram::Femtoseconds ns = 1'000'000;
constexpr std::uint32_t width = 8;

constexpr dram::Lpddr4Parameters without_refresh{.row_bytes = 1024,
                                                 .banks = 4,
                                                 .cas = 10 * ns,
                                                 .activate = 20 * ns,
                                                 .precharge = 15 * ns,
                                                 .refresh_interval = 1000 * ns,
                                                 .refresh_duration = 0};

Lpddr4Timing::Burst burst(Lpddr4Timing& timing, std::uint64_t offset, std::uint64_t bytes) {
  return timing.burst(offset, bytes, width, ns);
}

}  // namespace

TEST_CASE("LPDDR4: a closed row is activated, an open one is not, another one is closed first") {
  Lpddr4Timing timing(without_refresh);
  CHECK(burst(timing, 0, 64).latency == 30 * ns);
  CHECK(burst(timing, 64, 64).latency == 10 * ns);
  CHECK(burst(timing, 1024, 64).latency == 30 * ns);      // the next bank is closed
  CHECK(burst(timing, 4 * 1024, 64).latency == 45 * ns);  // bank 0 has row 0 open
  CHECK(burst(timing, 0, 64).latency == 45 * ns);
  CHECK(timing.row_hits() == 1);
  CHECK(timing.row_misses() == 4);
  timing.close_rows();
  CHECK(burst(timing, 0, 64).latency == 30 * ns);
}

TEST_CASE("LPDDR4: beats, and rows that open behind the beats of the one before") {
  Lpddr4Timing timing(without_refresh);
  CHECK(burst(timing, 0, 1024).data == 128 * ns);
  CHECK(burst(timing, 4, 8).data == 2 * ns);  // unaligned: two beats
  // 128 beats cover the 20 ns in which the next row opens.
  Lpddr4Timing covered(without_refresh);
  CHECK(burst(covered, 0, 2048).data == 256 * ns);
  // 8 beats do not: 12 ns are left.
  Lpddr4Timing bare(without_refresh);
  CHECK(burst(bare, 1024 - 64, 128).data == (8 + 12 + 8) * ns);
}

TEST_CASE("LPDDR4: refresh takes its share of all time") {
  dram::Lpddr4Parameters parameters = without_refresh;
  parameters.refresh_duration = 100 * ns;  // of 1,000: all the rest takes ten ninths
  Lpddr4Timing timing(parameters);
  const auto took = burst(timing, 0, 1008);  // 126 beats
  CHECK(took.data == 140 * ns);
  CHECK(took.latency == (30 * ns * 10 + 8) / 9);
}
