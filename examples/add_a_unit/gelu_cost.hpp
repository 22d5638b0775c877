// SPDX-License-Identifier: Apache-2.0
// How long the GELU unit takes, from start to interrupt: t rows of v vectors of n elements cost t (2 v + 1) +
// 2, where a vector of 32-bit words costs 3 more, as in every special function unit (ip/sfu/sfu_cost.hpp).
// Assumed, not measured: one cycle to look a vector up, one to encode it, one a row and two a command to set
// up. Not modelled: what the look-up tables cost to load.
#pragma once
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert::gelu {

constexpr sfu::UnitCosts costs = {.vector = 2, .row = 1, .command = 2};
constexpr Cycles wide_vector = 3;

constexpr Cycles cycles(const sfu::RowShape& shape, bool wide_source) {
  return sfu::unit_cycles(shape, costs, wide_source ? wide_vector : 0);
}

}  // namespace edgebert::gelu
