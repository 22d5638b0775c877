// SPDX-License-Identifier: Apache-2.0
// The adder in front of layernorm and of the element-wise add unit (docs/numerics.md section 6).
#pragma once
#include "ip/numerics/fixed_point.hpp"
#include "ip/sfu/operand.hpp"

namespace edgebert::sfu {

/// sat20(a + b) of two matrices. @param saturations  counts clamped elements
inline Loaded load_sum(const Buffers& buffers, const Location& a, const Location& b, std::uint32_t rows,
                       std::uint32_t elements, std::uint64_t& saturations) {
  Loaded sum = load(buffers, a, rows, elements);
  if (sum.error) return sum;
  Loaded other = load(buffers, b, rows, elements);
  if (other.error) return other;
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    sum.values[i] = numerics::saturate_working(std::int64_t{sum.values[i]} + other.values[i], saturations);
  }
  return sum;
}

}  // namespace edgebert::sfu
