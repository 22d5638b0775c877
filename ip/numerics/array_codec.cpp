// SPDX-License-Identifier: Apache-2.0
// A code is the top of a float32: exponent and four mantissa bits. So the machine's own conversions between
// integers and float32 do the work, exactly, since every number here fits 24 bits. The loops are plain C++;
// the compiler vectorises them once for each instruction set.
#include "ip/numerics/array_codec.hpp"

#include <algorithm>
#include <bit>

#include "ip/numerics/adaptivfloat.hpp"

#define HWY_TARGET_INCLUDE "ip/numerics/array_codec.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_NUMERICS_ARRAY_CODEC_SHARED
#define EDGEBERT_NUMERICS_ARRAY_CODEC_SHARED
namespace edgebert::numerics {

constexpr int float_mantissa_bits = 23;
constexpr int float_exponent_offset = 127;
constexpr int dropped_bits = float_mantissa_bits - mantissa_bits;

/// What turns the bits of a float32 into a code.
struct EncodeSteps {
  std::int32_t smallest;     ///< magnitudes below it become zero
  std::int32_t code_offset;  ///< rounded float bits minus this: exponent and mantissa of the code
};

}  // namespace edgebert::numerics
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::numerics::HWY_NAMESPACE {

std::uint64_t encode_array(const std::int32_t* HWY_RESTRICT values, std::size_t count, EncodeSteps steps,
                           std::uint8_t* HWY_RESTRICT codes) {
  constexpr std::uint32_t half = 1u << (dropped_bits - 1);
  std::uint32_t saturations = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t magnitude = values[i] < 0 ? -values[i] : values[i];
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(magnitude));
    const std::int32_t rounded = static_cast<std::int32_t>((bits + half) >> dropped_bits) - steps.code_offset;
    saturations += rounded > largest_magnitude ? 1 : 0;
    const std::int32_t low =
        rounded < 1 ? 1 : rounded;  // below the smallest code there is half of it, and zero
    const std::int32_t clamped = low > largest_magnitude ? largest_magnitude : low;
    const std::int32_t code = clamped | (values[i] < 0 ? sign_bit : 0);
    codes[i] = static_cast<std::uint8_t>(magnitude < steps.smallest ? 0 : code);
  }
  return saturations;
}

void decode_working_array(const std::uint8_t* HWY_RESTRICT codes, std::size_t count, std::uint32_t bias,
                          std::int32_t* HWY_RESTRICT values) {
  // 2^(e + bias - 10) * (1 + m / 16) in units of 2^-12
  const auto exponent = static_cast<std::uint32_t>(float_exponent_offset + working_fraction_bits -
                                                   exponent_offset + static_cast<int>(bias));
  const std::uint32_t offset = exponent << float_mantissa_bits;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t magnitude = codes[i] & largest_magnitude;
    const auto exact = std::bit_cast<float>((magnitude << dropped_bits) + offset);
    const auto rounded_one = static_cast<std::int32_t>(exact + 0.5f);
    const std::int32_t rounded = magnitude == 0 ? 0 : rounded_one;
    values[i] = (codes[i] & sign_bit) != 0 ? -rounded : rounded;
  }
}

void decode_significand_array(const std::uint8_t* HWY_RESTRICT codes, std::size_t count,
                              std::int16_t* HWY_RESTRICT values) {
  constexpr std::uint32_t offset = (float_exponent_offset + mantissa_bits) << float_mantissa_bits;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t magnitude = codes[i] & largest_magnitude;
    const auto exact = static_cast<std::int32_t>(std::bit_cast<float>((magnitude << dropped_bits) + offset));
    const std::int32_t value = magnitude == 0 ? 0 : exact;
    values[i] = static_cast<std::int16_t>((codes[i] & sign_bit) != 0 ? -value : value);
  }
}

}  // namespace edgebert::numerics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::numerics {

HWY_EXPORT(encode_array);
HWY_EXPORT(decode_working_array);
HWY_EXPORT(decode_significand_array);

std::uint64_t encode(std::span<const std::int32_t> values, int fraction_bits, std::uint32_t bias,
                     std::span<std::uint8_t> codes) {
  // Half the smallest magnitude is 17 * 2^(bias - 15).
  const int shift = static_cast<int>(bias) - significand_offset - 1 + fraction_bits;
  const std::int32_t smallest =
      shift >= 0 ? (hidden_one + 1) << shift : (hidden_one + (1 << -shift)) >> -shift;
  const int exponent = float_exponent_offset + fraction_bits - exponent_offset + static_cast<int>(bias);
  return HWY_DYNAMIC_DISPATCH(encode_array)(values.data(), values.size(),
                                            {std::max(smallest, 1), exponent << mantissa_bits}, codes.data());
}

void decode_working(std::span<const std::uint8_t> codes, std::uint32_t bias, std::span<std::int32_t> values) {
  HWY_DYNAMIC_DISPATCH(decode_working_array)(codes.data(), codes.size(), bias, values.data());
}

void decode_significands(std::span<const std::uint8_t> codes, std::span<std::int16_t> values) {
  HWY_DYNAMIC_DISPATCH(decode_significand_array)(codes.data(), codes.size(), values.data());
}

}  // namespace edgebert::numerics
#endif
