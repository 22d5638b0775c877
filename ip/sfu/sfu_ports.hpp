// SPDX-License-Identifier: Apache-2.0
// Port cycles of the special function units in the data buffers: one a vector of n elements and pass, four
// where they are 32-bit words. Passes are those of sfu_cost.hpp.
#pragma once
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert::sfu {

inline constexpr unsigned softmax_passes = 3;
inline constexpr unsigned layernorm_passes = 2;
inline constexpr unsigned early_exit_passes = 2;

constexpr Cycles port_cycles(const RowShape& s, unsigned passes, bool wide) {
  return s.rows * s.vectors() * passes * (wide ? 4 : 1);
}

}  // namespace edgebert::sfu
