// SPDX-License-Identifier: Apache-2.0
// Results of the M extension, including those the manual defines for division by zero and overflow.
#pragma once
#include <cstdint>
#include <limits>

namespace edgebert::rv32 {

inline constexpr std::int32_t most_negative = std::numeric_limits<std::int32_t>::min();

constexpr std::uint32_t multiply_high(std::int32_t a, std::int32_t b) {
  return static_cast<std::uint32_t>(std::int64_t{a} * b >> 32);
}

constexpr std::uint32_t multiply_high_mixed(std::int32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::int64_t{a} * std::int64_t{b} >> 32);
}

constexpr std::uint32_t multiply_high_unsigned(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32);
}

constexpr std::uint32_t divide(std::int32_t a, std::int32_t b) {
  if (b == 0) return 0xffffffff;
  if (a == most_negative && b == -1) return static_cast<std::uint32_t>(a);
  return static_cast<std::uint32_t>(a / b);
}

constexpr std::uint32_t divide_unsigned(std::uint32_t a, std::uint32_t b) {
  return b == 0 ? 0xffffffff : a / b;
}

constexpr std::uint32_t remainder(std::int32_t a, std::int32_t b) {
  if (b == 0) return static_cast<std::uint32_t>(a);
  if (a == most_negative && b == -1) return 0;
  return static_cast<std::uint32_t>(a % b);
}

constexpr std::uint32_t remainder_unsigned(std::uint32_t a, std::uint32_t b) {
  return b == 0 ? a : a % b;
}

}  // namespace edgebert::rv32
