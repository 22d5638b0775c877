// SPDX-License-Identifier: Apache-2.0
#include "golden/functions.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace edgebert::golden {

static_assert(std::numeric_limits<long double>::digits >= 64,
              "correct rounding rests on 64-bit significands");

namespace {

constexpr long double working_one = 1 << working_fraction_bits;

std::int32_t nearest(long double y) {
  return static_cast<std::int32_t>(std::llround(y));
}

}  // namespace

namespace real {

long double exp_negative(std::int32_t difference) {
  return 0x1p31L * std::exp(-(difference / working_one));
}

long double gelu_new(std::int32_t v) {
  const long double x = v / working_one;
  const long double root = std::sqrt(2 / std::numbers::pi_v<long double>);
  return working_one * (x / 2 * (1 + std::tanh(root * (x + 0.044715L * x * x * x))));
}

long double gelu(std::int32_t v) {
  const long double x = v / working_one;
  return working_one * (x / 2 * (1 + std::erf(x / std::numbers::sqrt2_v<long double>)));
}

long double tanh(std::int32_t v) {
  return working_one * std::tanh(v / working_one);
}

}  // namespace real

std::int64_t exp_negative(std::int32_t difference) {
  return std::llround(real::exp_negative(difference));
}

std::int64_t ln_of_sum(std::int64_t sum) {
  return std::llround(0x1p16L * std::log(static_cast<long double>(sum) / 0x1p31L));
}

std::int64_t ln_of_count(std::uint32_t classes) {
  return std::llround(0x1p16L * std::log(static_cast<long double>(classes)));
}

ReciprocalRoot reciprocal_root(std::int64_t x) {
  const int exponent = (std::bit_width(static_cast<std::uint64_t>(x)) - 1) / 2;
  // R is the nearest to 2^(24+E) / sqrt(x) if (2R - 1)^2 x <= 2^(50+2E) < (2R + 1)^2 x. No ties: an odd
  // square above 1 does not divide a power of two.
  const __int128 target = static_cast<__int128>(1) << (50 + 2 * exponent);
  const auto scaled_square = [x](std::int64_t odd) { return static_cast<__int128>(odd) * odd * x; };
  auto mantissa =
      static_cast<std::int64_t>(std::ldexp(1 / std::sqrt(static_cast<long double>(x)), 24 + exponent));
  while (scaled_square(2 * mantissa + 1) <= target) ++mantissa;
  while (scaled_square(2 * mantissa - 1) > target) --mantissa;
  return {mantissa, exponent};
}

std::int32_t gelu_new(std::int32_t x) {
  return nearest(real::gelu_new(x));
}
std::int32_t gelu(std::int32_t x) {
  return nearest(real::gelu(x));
}
std::int32_t tanh(std::int32_t x) {
  return nearest(real::tanh(x));
}

std::int32_t activate(Activation activation, std::int32_t x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::gelu_new:
      return gelu_new(x);
    case Activation::gelu:
      return gelu(x);
    case Activation::tanh:
      return tanh(x);
  }
  return x;
}

}  // namespace edgebert::golden
