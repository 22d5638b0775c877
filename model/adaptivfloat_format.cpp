// SPDX-License-Identifier: Apache-2.0
#include "model/adaptivfloat_format.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::model {
namespace {

constexpr unsigned width_min = 4;
constexpr unsigned width_max = 16;
constexpr unsigned exponent_bits_max = 5;
/// Reaches from below the smallest float to above the largest.
constexpr int free_offset_min = -192;
constexpr int free_offset_max = 128;

double largest_of(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

}  // namespace

AdaptivFloatFormat adaptivfloat_format(unsigned width, unsigned exponent_bits) {
  if (width < width_min || width > width_max || exponent_bits < 1 || exponent_bits > exponent_bits_max ||
      exponent_bits >= width) {
    throw Error(
        Failure::usage,
        fmt::format("AdaptivFloat of {} bits with {} exponent bits was asked for; {} to {} bits and 1 to {} "
                    "exponent bits beside the sign are possible",
                    width, exponent_bits, width_min, width_max, exponent_bits_max));
  }
  if (width == hardware_format.width && exponent_bits == hardware_format.exponent_bits)
    return hardware_format;
  return {width, exponent_bits, free_offset_min, free_offset_max};
}

const char* name_of(BiasRule rule) {
  return rule == BiasRule::largest ? "max" : "mse";
}

RoundedValue round_to(const AdaptivFloatFormat& format, int offset, double value) {
  const int mantissa_bits = static_cast<int>(format.mantissa_bits());
  const double magnitude = std::abs(value);
  // 2^offset is the code of zero: with no mantissa the next value is in the next binade.
  const double smallest = mantissa_bits == 0 ? std::ldexp(2.0, offset)
                                             : std::ldexp(1.0 + std::ldexp(1.0, -mantissa_bits), offset);
  if (magnitude < smallest / 2) return {0, false};
  if (magnitude < smallest) return {std::copysign(smallest, value), false};
  int exponent = std::ilogb(magnitude);
  double significand = std::round(std::ldexp(magnitude, mantissa_bits - exponent));  // halves away from zero
  if (significand == std::ldexp(1.0, mantissa_bits + 1)) {
    significand /= 2;
    ++exponent;
  }
  const int top = format.exponent_max() + offset;
  const bool saturated = exponent > top;
  if (saturated) {
    significand = std::ldexp(2.0, mantissa_bits) - 1;
    exponent = top;
  }
  return {std::copysign(std::ldexp(significand, exponent - mantissa_bits), value), saturated};
}

int offset_for(const AdaptivFloatFormat& format, double largest_magnitude) {
  if (largest_magnitude == 0) return format.offset_min;
  const int exponent = std::ilogb(largest_magnitude);
  int offset = std::clamp(exponent - format.exponent_max(), format.offset_min, format.offset_max);
  if (offset < format.offset_max && round_to(format, offset, largest_magnitude).saturated) ++offset;
  return offset;
}

int offset_for(const AdaptivFloatFormat& format, BiasRule rule, std::span<const float> values) {
  const int largest = offset_for(format, largest_of(values));
  if (rule == BiasRule::largest) return largest;
  // A larger offset than that has the same values but the smallest ones. A smaller one by all binades of the
  // format saturates nearly everything.
  const int smallest = std::max(format.offset_min, largest - format.exponent_max() - 1);
  int best = largest;
  double least = std::numeric_limits<double>::infinity();
  for (int offset = smallest; offset <= largest; ++offset) {
    const double error = rounding_error(format, offset, values).error;
    if (error < least) {
      least = error;
      best = offset;
    }
  }
  return best;
}

double RoundingError::relative_rms() const {
  return signal == 0 ? 0 : std::sqrt(error / signal);
}

double RoundingError::sqnr() const {
  return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / error);
}

RoundingError& RoundingError::operator+=(const RoundingError& other) {
  elements += other.elements;
  zeros_before += other.zeros_before;
  zeros_after += other.zeros_after;
  saturated += other.saturated;
  signal += other.signal;
  error += other.error;
  return *this;
}

RoundingError rounding_error(const AdaptivFloatFormat& format, int offset, std::span<const float> values) {
  RoundingError result{.elements = values.size()};
  for (const float value : values) {
    const double exact = static_cast<double>(value);
    if (exact == 0) {
      ++result.zeros_before;
      ++result.zeros_after;
      continue;
    }
    const RoundedValue rounded = round_to(format, offset, exact);
    result.zeros_after += rounded.value == 0;
    result.saturated += rounded.saturated;
    result.signal += exact * exact;
    result.error += (rounded.value - exact) * (rounded.value - exact);
  }
  return result;
}

}  // namespace edgebert::model
