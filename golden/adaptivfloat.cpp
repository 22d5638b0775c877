// SPDX-License-Identifier: Apache-2.0
#include "golden/adaptivfloat.hpp"

#include <cmath>

namespace edgebert::golden {

std::int32_t significand_of(std::uint8_t code) {
  const int exponent = (code >> 4) & 7;
  const int mantissa = code & 15;
  if (exponent == 0 && mantissa == 0) return 0;
  const std::int32_t magnitude = (16 + mantissa) << exponent;
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

double decode(std::uint8_t code, unsigned bias) {
  return std::ldexp(static_cast<double>(significand_of(code)), static_cast<int>(bias) - 14);
}

std::int32_t q12(std::uint8_t code, unsigned bias) {
  return static_cast<std::int32_t>(rnd(std::int64_t{significand_of(code)} << bias, 2));
}

std::uint8_t encode(double x, unsigned bias, Saturations& saturations) {
  const int b = static_cast<int>(bias);
  const unsigned sign = std::signbit(x) ? 0x80 : 0;
  const double magnitude = std::fabs(x);
  const double smallest = std::ldexp(17.0, b - 14);
  if (magnitude < smallest / 2) return 0x00;
  if (magnitude < smallest) return static_cast<std::uint8_t>(sign | 0x01);

  int exponent = std::ilogb(magnitude);  // E = floor(log2 |x|)
  int q = static_cast<int>(std::round(std::ldexp(magnitude, 4 - exponent)));
  if (q == 32) {
    ++exponent;
    q = 16;
  }
  const int e = exponent + 10 - b;
  if (e > 7) {
    ++saturations.adaptivfloat;
    return static_cast<std::uint8_t>(sign | 0x7f);
  }
  return static_cast<std::uint8_t>(sign | static_cast<unsigned>(e) << 4 | static_cast<unsigned>(q - 16));
}

unsigned bias_for(double largest_magnitude) {
  for (unsigned bias = 0; bias < exponent_bias_max; ++bias) {
    Saturations saturations;
    encode(largest_magnitude, bias, saturations);
    if (saturations.adaptivfloat == 0) return bias;
  }
  return exponent_bias_max;
}

}  // namespace edgebert::golden
