// SPDX-License-Identifier: Apache-2.0
// Port cycles of a product in the data buffers: one a vector of n elements, four where they are 32-bit words.
#pragma once
#include "ip/pu/product_cost.hpp"

namespace edgebert::product {

/// Of each operand: every n x n x n block reads n vectors of both.
constexpr Cycles operand_port_cycles(const Shape& s, std::uint32_t n) {
  return output_tiles(s, n) * ceil_divide(s.reduction, n) * n;
}

/// Of the result: n vectors a tile.
constexpr Cycles output_port_cycles(const Shape& s, std::uint32_t n) {
  return s.drains ? output_tiles(s, n) * n * (s.wide_output ? 4 : 1) : 0;
}

}  // namespace edgebert::product
