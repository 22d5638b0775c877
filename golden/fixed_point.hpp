// SPDX-License-Identifier: Apache-2.0
// Rounding and saturation of integers, docs/numerics.md section 1.
#pragma once
#include <cstdint>

#include "contract/formats.hpp"

namespace edgebert::golden {

/// Values that did not fit and were replaced by the nearest that does.
struct Saturations {
  std::uint64_t working = 0;       ///< clamps of sat20
  std::uint64_t adaptivfloat = 0;  ///< encodes above the format's largest value

  Saturations& operator+=(const Saturations& other) {
    working += other.working;
    adaptivfloat += other.adaptivfloat;
    return *this;
  }
  bool operator==(const Saturations&) const = default;
};

/// x / 2^shift to the nearest integer, halves away from zero; a negative shift multiplies.
/// The caller sees to it that the result fits 64 bits.
constexpr std::int64_t rnd(std::int64_t x, int shift) {
  if (shift <= 0) return x * (std::int64_t{1} << -shift);
  if (shift > 63) return 0;  // |x| < 2^63 is less than half of 2^64
  const std::uint64_t magnitude = x < 0 ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const auto rounded = static_cast<std::int64_t>((magnitude + half) >> shift);
  return x < 0 ? -rounded : rounded;
}

/// a / b to the nearest integer, halves away from zero; b > 0.
constexpr std::int64_t rdiv(std::int64_t a, std::int64_t b) {
  const __int128 magnitude = a < 0 ? -static_cast<__int128>(a) : static_cast<__int128>(a);
  const auto rounded = static_cast<std::int64_t>((2 * magnitude + b) / (2 * static_cast<__int128>(b)));
  return a < 0 ? -rounded : rounded;
}

/// x clamped to the 20 bits of Q8.12; a clamp is counted.
constexpr std::int32_t sat20(std::int64_t x, Saturations& saturations) {
  if (x > working_max) {
    ++saturations.working;
    return working_max;
  }
  if (x < working_min) {
    ++saturations.working;
    return working_min;
  }
  return static_cast<std::int32_t>(x);
}

}  // namespace edgebert::golden
