// SPDX-License-Identifier: Apache-2.0
// The AdaptivFloat<8,3> codec of docs/numerics.md section 2, in integer arithmetic: what the accelerator's
// encoders and decoders do, and what quantises tensors when a model is compiled.
// Format: Tambe et al., DAC 2020; bias register of 3 bits and offset -10 as in the published hardware model.
// Not modelled: the published encoder's sign loss on negative overflow and its half-up rounding.
#pragma once
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "contract/formats.hpp"
#include "ip/numerics/fixed_point.hpp"

namespace edgebert::numerics {

using AdaptivFloatCode = std::uint8_t;

inline constexpr AdaptivFloatCode sign_bit = 0x80;
inline constexpr int mantissa_bits = 4;
inline constexpr int hidden_one = 1 << mantissa_bits;
inline constexpr int exponent_max = 7;
inline constexpr int exponent_offset = 10;                                  ///< value = 2^(e + bias - 10) ...
inline constexpr int significand_offset = exponent_offset + mantissa_bits;  ///< = significand * 2^(bias - 14)
inline constexpr AdaptivFloatCode largest_magnitude = 0x7f;

namespace detail {
constexpr std::array<std::int16_t, 256> make_significands() {
  std::array<std::int16_t, 256> table{};
  for (int code = 0; code < 256; ++code) {
    const int exponent = (code >> mantissa_bits) & exponent_max;
    const int mantissa = code & (hidden_one - 1);
    const int magnitude = exponent == 0 && mantissa == 0 ? 0 : (hidden_one + mantissa) << exponent;
    table[static_cast<std::size_t>(code)] =
        static_cast<std::int16_t>((code & sign_bit) != 0 ? -magnitude : magnitude);
  }
  return table;
}
}  // namespace detail

/// I(code) for every code; value = I * 2^(bias - 14), |I| <= 3968.
inline constexpr std::array<std::int16_t, 256> significands = detail::make_significands();

constexpr std::int32_t significand(AdaptivFloatCode code) {
  return significands[code];
}

/// The value a code stands for; exact.
inline double decode(AdaptivFloatCode code, std::uint32_t bias) {
  return std::ldexp(significand(code), static_cast<int>(bias) - significand_offset);
}

/// The value in Q8.12: q12(code), exact for biases from 2.
constexpr std::int32_t to_working(AdaptivFloatCode code, std::uint32_t bias) {
  return static_cast<std::int32_t>(
      round_shift(std::int64_t{significand(code)} << bias, significand_offset - working_fraction_bits));
}

struct Encoded {
  AdaptivFloatCode code;
  bool saturated;  ///< the magnitude was clamped to the largest code
};

namespace detail {
/// Encodes magnitude * 2^-fraction_bits, magnitude not 0, with the sign given.
constexpr Encoded encode_magnitude(std::uint64_t magnitude, int fraction_bits, std::uint32_t bias,
                                   AdaptivFloatCode sign) {
  const int top = 63 - std::countl_zero(magnitude);
  int exponent = top - fraction_bits + exponent_offset - static_cast<int>(bias);
  if (exponent < -1) return {0, false};
  const int shift = top - mantissa_bits;
  if (exponent == -1) {  // half the smallest magnitude, 17/16 * 2^-1 in these units, is where zero ends
    const bool reaches = shift >= 0 ? magnitude >= (std::uint64_t{hidden_one + 1} << shift)
                                    : (magnitude << -shift) >= hidden_one + 1;
    return {reaches ? static_cast<AdaptivFloatCode>(sign | 1) : AdaptivFloatCode{0}, false};
  }
  std::uint64_t rounded =
      shift > 0 ? (magnitude + (std::uint64_t{1} << (shift - 1))) >> shift : magnitude << -shift;
  if (rounded == 2 * hidden_one) {
    rounded = hidden_one;
    ++exponent;
  }
  if (exponent > exponent_max) return {static_cast<AdaptivFloatCode>(sign | largest_magnitude), true};
  if (exponent == 0 && rounded == hidden_one) rounded = hidden_one + 1;  // 2^-10 itself has no code
  return {static_cast<AdaptivFloatCode>(sign | (exponent << mantissa_bits) |
                                        static_cast<int>(rounded - hidden_one)),
          false};
}
}  // namespace detail

/// Encodes value * 2^-fraction_bits.
/// @param bias  0 to 7
constexpr Encoded encode(std::int64_t value, int fraction_bits, std::uint32_t bias) {
  if (value == 0) return {0, false};
  const bool negative = value < 0;
  const std::uint64_t magnitude =
      negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return detail::encode_magnitude(magnitude, fraction_bits, bias, negative ? sign_bit : AdaptivFloatCode{0});
}

/// Encodes a real number; infinities saturate.
/// @param value  not NaN
inline Encoded encode(double value, std::uint32_t bias) {
  if (std::isinf(value)) {
    return {static_cast<AdaptivFloatCode>((value < 0 ? sign_bit : 0) | largest_magnitude), true};
  }
  constexpr int double_digits = 53;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return encode(static_cast<std::int64_t>(std::ldexp(fraction, double_digits)), double_digits - exponent,
                bias);
}

}  // namespace edgebert::numerics
