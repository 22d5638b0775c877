// SPDX-License-Identifier: Apache-2.0
#include "model/quantise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/formats.hpp"
#include "ip/numerics/adaptivfloat.hpp"

namespace edgebert::model {

double largest_magnitude(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

std::uint32_t exponent_bias_for(double magnitude) {
  std::uint32_t bias = 0;
  while (bias < exponent_bias_max && numerics::encode(magnitude, bias).saturated) ++bias;
  return bias;
}

std::vector<std::uint8_t> quantise(std::span<const float> values, std::uint32_t exponent_bias) {
  std::vector<std::uint8_t> codes(values.size());
  std::transform(values.begin(), values.end(), codes.begin(), [&](float value) {
    return numerics::encode(static_cast<double>(value), exponent_bias).code;
  });
  return codes;
}

QuantisedTensor quantise(std::span<const float> values, BiasRule rule) {
  const std::uint32_t bias =
      static_cast<std::uint32_t>(offset_for(hardware_format, rule, values) - hardware_offset);
  return {quantise(values, bias), bias};
}

ChannelBias quantise_channel_bias(std::span<const float> values, const char* name) {
  using Limits = std::numeric_limits<std::int16_t>;
  const auto scaled = [](float value, std::uint32_t fraction_bits) {
    return std::round(std::ldexp(static_cast<double>(value), static_cast<int>(fraction_bits)));
  };
  const auto fits = [&](std::uint32_t fraction_bits) {
    return std::all_of(values.begin(), values.end(), [&](float value) {
      const double rounded = scaled(value, fraction_bits);
      return rounded >= Limits::min() && rounded <= Limits::max();
    });
  };
  std::uint32_t fraction_bits = channel_bias_fraction_max;
  while (fraction_bits > 0 && !fits(fraction_bits)) --fraction_bits;
  if (!fits(fraction_bits)) {
    throw Error(Failure::image,
                fmt::format("quantising the biases of '{}': the largest magnitude is {:g}, 16 bits hold "
                            "{}; the checkpoint cannot be run in this format",
                            name, largest_magnitude(values), Limits::max()));
  }
  ChannelBias bias{{}, fraction_bits};
  for (const float value : values)
    bias.values.push_back(static_cast<std::int16_t>(scaled(value, fraction_bits)));
  return bias;
}

void prune_by_magnitude(std::span<float> values, double sparsity) {
  const auto wanted = static_cast<std::size_t>(std::llround(sparsity * static_cast<double>(values.size())));
  if (wanted == 0) return;
  std::vector<float> magnitudes(values.size());
  std::transform(values.begin(), values.end(), magnitudes.begin(),
                 [](float value) { return std::abs(value); });
  const auto last = magnitudes.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(magnitudes.begin(), last, magnitudes.end());
  const float threshold = *last;
  const auto below =
      std::count_if(values.begin(), values.end(), [&](float v) { return std::abs(v) < threshold; });
  std::size_t at_threshold = wanted - static_cast<std::size_t>(below);
  for (float& value : values) {
    const float magnitude = std::abs(value);
    if (magnitude == threshold && at_threshold > 0) {
      --at_threshold;
      value = 0;
    } else if (magnitude < threshold) {
      value = 0;
    }
  }
}

}  // namespace edgebert::model
