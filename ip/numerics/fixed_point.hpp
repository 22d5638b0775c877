// SPDX-License-Identifier: Apache-2.0
// Integer rounding, division and saturation of docs/numerics.md section 1.
#pragma once
#include <cstdint>

#include "contract/formats.hpp"

namespace edgebert::numerics {

/// rnd(x, shift): x / 2^shift, halves away from zero; a negative shift multiplies.
constexpr std::int64_t round_shift(std::int64_t x, int shift) {
  if (shift <= 0) return static_cast<std::int64_t>(static_cast<std::uint64_t>(x) << -shift);
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  // Subtracting 1 for negative x turns "half up" into "half away from zero".
  return (x + half - (x < 0)) >> shift;
}

/// rdiv(a, b): a / b for b > 0, halves away from zero.
constexpr std::int64_t round_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  const std::int64_t remainder = a % b;
  const std::int64_t magnitude = remainder < 0 ? -remainder : remainder;
  if (magnitude >= b - magnitude) return quotient + (a < 0 ? -1 : 1);
  return quotient;
}

/// sat20(x): the Q8.12 working format; adds 1 to `saturations` when it clamps.
constexpr std::int32_t saturate_working(std::int64_t x, std::uint64_t& saturations) {
  if (x > working_max) {
    ++saturations;
    return working_max;
  }
  if (x < working_min) {
    ++saturations;
    return working_min;
  }
  return static_cast<std::int32_t>(x);
}

}  // namespace edgebert::numerics
