// SPDX-License-Identifier: Apache-2.0
// How long a product command takes, from start to interrupt.
//
// With T = ceil(rows/n) * ceil(columns/n) output tiles of m = ceil(reduction/n) blocks of n x n x n, and the
// constants of Costs:
//   block       n (load + compute) + handover
//   serial      T m block + stalls(T) + n drain + command: the published SystemC model of the matrix unit. A
//               block takes n cycles to load, n to compute, 1 to hand over; tiles drain while the next one
//               loads, and stall it through the memory port they share
//   overlapped  per tile the longer of its blocks and its drain, + n fill + the last drain + command: the
//   load
//               of the next block is hidden, as the chip's peak of n * n MAC a cycle implies
//   stalls(T)   0, then second, third and from there on later_tile more a tile; other numbers, `thin`, where
//   a
//               tile is a single block (m = 1), so that a drain meets two loads
// Serial is exact on all 66 products measured on the published model (n = 4, 8, 16, 32;
// tests/data/cmodel/cycles_pu_matmul.csv). No reference: n = 2 (as n = 4) and 64 (stalls on a line through 16
// and 32), three thin tiles (measured: two, four and more). A wide result takes four port cycles a vector
// where AdaptivFloat takes one, under serial 3n more a tile: our derivation, the published unit knows none.
// Not here: what other users of a buffer's port cost (ip/common/buffer_port.hpp).
#pragma once
#include "ip/common/timing.hpp"

namespace edgebert::product {

struct Shape {
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint32_t reduction;
  bool wide_output = false;
  bool drains = true;  ///< false: the accumulator is kept and nothing is written
};

/// Cycles that draining a tile adds to the next one.
struct Stalls {
  Cycles second_tile;
  Cycles third_tile;
  Cycles later_tile;  ///< each of the fourth and all that follow
};

/// Constants of the formula for one n; in a configuration, timing.pu.*.
struct Costs {
  TimingPreset preset;
  Cycles command;     ///< a command: start to the first load, last drain to the interrupt
  Cycles load;        ///< a vector of a block, before the block is computed
  Cycles compute;     ///< a vector of a block
  Cycles handover;    ///< a block
  Cycles fill;        ///< a vector of a command's first block, whose load nothing hides; overlapped only
  Cycles drain;       ///< an output vector of codes
  Cycles wide_drain;  ///< an output vector of 32-bit words through a port of n bytes
  Stalls stalls;      ///< tiles of two blocks and more; serial only
  Stalls thin;        ///< tiles of one block; serial only
};

/// True if the published model was measured with so many lanes.
constexpr bool has_published_reference(std::uint32_t lanes) {
  return lanes == 4 || lanes == 8 || lanes == 16 || lanes == 32;
}

constexpr Costs costs_of(TimingPreset preset, std::uint32_t lanes) {
  const bool serial = preset == TimingPreset::serial;
  Costs costs{.preset = preset,
              .command = 18,
              .load = serial ? 1u : 0u,
              .compute = 1,
              .handover = serial ? 1u : 0u,
              .fill = serial ? 0u : 1u,
              .drain = 1,
              .wide_drain = 4,
              .stalls = {},
              .thin = {}};
  if (!serial || lanes < 16) return costs;
  constexpr Stalls stalls_16{8, 8, 8}, stalls_32{37, 40, 40};
  constexpr Stalls thin_16{0, 15, 10}, thin_32{17, 38, 34};
  const auto between = [lanes](Cycles at_16, Cycles at_32) {
    return at_16 + (at_32 - at_16) * (lanes - 16) / 16;
  };
  const auto line = [&](const Stalls& at_16, const Stalls& at_32) -> Stalls {
    return {between(at_16.second_tile, at_32.second_tile), between(at_16.third_tile, at_32.third_tile),
            between(at_16.later_tile, at_32.later_tile)};
  };
  costs.stalls = line(stalls_16, stalls_32);
  costs.thin = line(thin_16, thin_32);
  return costs;
}

constexpr std::uint64_t output_tiles(const Shape& s, std::uint32_t n) {
  return ceil_divide(s.rows, n) * ceil_divide(s.columns, n);
}

/// MACs the datapath could have done in the blocks it went through: what padding to n costs.
constexpr std::uint64_t mac_slots(const Shape& s, std::uint32_t n) {
  return output_tiles(s, n) * ceil_divide(s.reduction, n) * n * n * n;
}

/// What the drains of so many tiles add up to.
constexpr Cycles stall_cycles(const Stalls& stalls, std::uint64_t tiles) {
  return (tiles >= 2 ? stalls.second_tile : 0) + (tiles >= 3 ? stalls.third_tile : 0) +
         (tiles >= 4 ? (tiles - 3) * stalls.later_tile : 0);
}

constexpr Cycles product_cycles(const Shape& s, std::uint32_t n, const Costs& costs) {
  const std::uint64_t tiles = output_tiles(s, n);
  const std::uint64_t depth = ceil_divide(s.reduction, n);
  const Cycles tile = depth * (n * (costs.load + costs.compute) + costs.handover);
  const Cycles vector = s.wide_output ? costs.wide_drain : costs.drain;
  const Cycles drain = s.drains ? n * vector : 0;
  if (costs.preset == TimingPreset::overlapped)
    return tile + (tiles - 1) * (tile > drain ? tile : drain) + n * costs.fill + drain + costs.command;
  if (!s.drains) return tiles * tile + costs.command;
  const Cycles wide = vector > costs.drain ? tiles * n * (vector - costs.drain) : 0;
  return tiles * tile + stall_cycles(depth == 1 ? costs.thin : costs.stalls, tiles) + wide + n * costs.drain +
         costs.command;
}

}  // namespace edgebert::product
