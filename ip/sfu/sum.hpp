// SPDX-License-Identifier: Apache-2.0
// The adder in front of layernorm and of the element-wise add unit (docs/numerics.md section 6).
#pragma once
#include <algorithm>

#include "ip/sfu/operand.hpp"

namespace edgebert::sfu {

/// Operands of one unit; storage is kept from command to command.
struct Operands {
  std::vector<std::int32_t> sum;
  std::vector<std::int32_t> other;
};

/// sat20(a + b) of two matrices into operands.sum. @param saturations  counts clamped elements
inline std::optional<Error> load_sum(const Buffers& buffers, const Location& a, const Location& b,
                                     std::uint32_t rows, std::uint32_t elements, Operands& operands,
                                     std::uint64_t& saturations) {
  if (const auto error = load(buffers, a, rows, elements, operands.sum)) return error;
  if (const auto error = load(buffers, b, rows, elements, operands.other)) return error;
  std::uint64_t clamped = 0;
  for (std::size_t i = 0; i < operands.sum.size(); ++i) {
    // Two 20-bit numbers: their sum fits 32 bits.
    const std::int32_t exact = operands.sum[i] + operands.other[i];
    const std::int32_t value = std::clamp(exact, working_min, working_max);
    clamped += value != exact;
    operands.sum[i] = value;
  }
  saturations += clamped;
  return std::nullopt;
}

}  // namespace edgebert::sfu
