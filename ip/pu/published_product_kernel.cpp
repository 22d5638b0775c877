// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/published_product_kernel.hpp"

#include <algorithm>
#include <bit>

namespace edgebert::product {
namespace {

constexpr int value_fraction_bits = 12;
constexpr int exponent_offset = 10;  ///< value = 2^(e + bias - 10) * 1.mantissa
constexpr int mantissa_bits = 4;
constexpr int exponent_max = 7;
constexpr std::uint8_t largest_code = 0x7f;

std::int16_t wrap(std::int64_t value) {
  return static_cast<std::int16_t>(value);
}

std::int16_t finish(std::int64_t sum, const PublishedEpilogue& epilogue) {
  int value = wrap(sum) >> epilogue.shift;
  if (epilogue.adds_bias) value = wrap(value + epilogue.bias);
  if (epilogue.relu) value = std::max(value, 0);
  return static_cast<std::int16_t>(std::max(value, -32767));
}

}  // namespace

std::uint8_t published_code(std::int16_t value, unsigned output_bias) {
  if (value == 0) return 0x00;
  const auto magnitude = static_cast<unsigned>(value < 0 ? -value : value);
  int exponent = std::bit_width(magnitude) - 1;
  const int dropped = exponent - mantissa_bits;
  // A right shift rounds down, towards -infinity: with half added first, halves go up.
  const int rounded = dropped > 0 ? (value + (1 << (dropped - 1))) >> dropped : value * (1 << -dropped);
  int significand = rounded < 0 ? -rounded : rounded;
  if (significand == 2 << mantissa_bits) {
    significand = 1 << mantissa_bits;
    ++exponent;
  }
  const int e = exponent - value_fraction_bits + exponent_offset - static_cast<int>(output_bias);
  if (e < 0) return 0x00;
  if (e > exponent_max) return largest_code;
  return static_cast<std::uint8_t>((value < 0 ? 0x80 : 0) | e << mantissa_bits |
                                   (significand - (1 << mantissa_bits)));
}

void finish_published(const Accumulator& accumulator, const PublishedEpilogue& epilogue,
                      std::span<std::uint8_t> codes) {
  std::size_t at = 0;
  for (std::uint32_t r = 0; r < accumulator.rows(); ++r) {
    for (std::uint32_t c = 0; c < accumulator.columns(); ++c)
      codes[at++] = published_code(finish(accumulator.sum(r, c), epilogue), epilogue.output_bias);
  }
}

}  // namespace edgebert::product
