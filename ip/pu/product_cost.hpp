// SPDX-License-Identifier: Apache-2.0
// How long a product command takes, from start to interrupt.
//
// With T = ceil(rows/n) * ceil(columns/n) output tiles and B = T * ceil(reduction/n) blocks of n x n x n:
//   serial      B * (2n + 1) + (T - 1) * s(n) + n + 18   published SystemC model of the matrix unit: n cycles
//   to load a block,
//               n to compute, 1 to hand over; s(n) = max(0, 2n - 24) is the back-pressure of n output vectors
//               on the port the operands are read through (measured there: 0 at n <= 8, 8 at n = 16, 40 at n
//               = 32; n = 64 extrapolated)
//   overlapped  per tile the longer of its blocks * n and its drain of n vectors, + n to fill + the last
//   drain + 18: the load of
//               the next block is hidden, as the chip's peak of n * n MAC a cycle implies
// A wide result takes four port cycles a vector where AdaptivFloat takes one (3n more a tile under serial):
// our derivation. Not modelled: DMA writes stealing the port of a buffer that is being read.
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

inline constexpr Cycles start_cycles =
    18;  ///< published SystemC model: command to first load, last drain to interrupt
inline constexpr Cycles wide_vector_cycles = 4;  ///< 32-bit words through a port of n bytes

constexpr std::uint64_t output_tiles(const Shape& s, std::uint32_t n) {
  return ceil_divide(s.rows, n) * ceil_divide(s.columns, n);
}

/// MACs the datapath could have done in the blocks it went through: what padding to n costs.
constexpr std::uint64_t mac_slots(const Shape& s, std::uint32_t n) {
  return output_tiles(s, n) * ceil_divide(s.reduction, n) * n * n * n;
}

constexpr Cycles product_cycles(const Shape& s, std::uint32_t n, TimingPreset preset) {
  const std::uint64_t tiles = output_tiles(s, n);
  const std::uint64_t depth = ceil_divide(s.reduction, n);
  const Cycles vector = s.wide_output ? wide_vector_cycles : 1;
  const Cycles drain = s.drains ? n * vector : 0;
  if (preset == TimingPreset::serial) {
    const Cycles back_pressure = !s.drains || n < 12 ? 0 : 2 * n - 24;
    const Cycles wide = s.drains ? tiles * n * (vector - 1) : 0;
    return tiles * depth * (2 * n + 1) + (tiles - 1) * back_pressure + wide + (s.drains ? n : 0) +
           start_cycles;
  }
  const Cycles compute = depth * n;
  return compute + (tiles - 1) * (compute > drain ? compute : drain) + n + drain + start_cycles;
}

}  // namespace edgebert::product
