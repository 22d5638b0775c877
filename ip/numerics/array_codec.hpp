// SPDX-License-Identifier: Apache-2.0
// The AdaptivFloat<8,3> codec over arrays: the same results as adaptivfloat.hpp, many elements an
// instruction, on the best instruction set the machine has. No allocation.
#pragma once
#include <cstdint>
#include <span>

#include "contract/formats.hpp"

namespace edgebert::numerics {

/// Encodes values * 2^-fraction_bits.
/// @param values  |value| < 2^24
/// @param fraction_bits  3 to 24
/// @param codes   out: as many as values
/// @return how many were clamped to the largest magnitude
std::uint64_t encode(std::span<const std::int32_t> values, int fraction_bits, std::uint32_t bias,
                     std::span<std::uint8_t> codes);

/// encode() of Q8.12.
inline std::uint64_t encode_working(std::span<const std::int32_t> values, std::uint32_t bias,
                                    std::span<std::uint8_t> codes) {
  return encode(values, working_fraction_bits, bias, codes);
}

/// to_working() of each code. @param values  out: Q8.12, as many as codes
void decode_working(std::span<const std::uint8_t> codes, std::uint32_t bias, std::span<std::int32_t> values);

/// significand() of each code. @param values  out: as many as codes
void decode_significands(std::span<const std::uint8_t> codes, std::span<std::int16_t> values);

}  // namespace edgebert::numerics
