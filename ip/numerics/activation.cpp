// SPDX-License-Identifier: Apache-2.0
// Activations are looked up. Indices and asymptotes are computed many at a time, once for each instruction
// set; only the look-up itself goes one by one, which is no slower than the machine's gather.
#include <cmath>
#include <numbers>
#include <vector>

#include "ip/numerics/functions.hpp"

#define HWY_TARGET_INCLUDE "ip/numerics/activation.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_NUMERICS_ACTIVATION_SHARED
#define EDGEBERT_NUMERICS_ACTIVATION_SHARED
namespace edgebert::numerics {

/// Values of a function on [-8, 8); outside it has reached its asymptote to less than half an LSB.
struct ActivationTable {
  static constexpr std::int32_t first = -(8 << working_fraction_bits);
  static constexpr std::int32_t last = (8 << working_fraction_bits) - 1;

  std::vector<std::int16_t> values;
  std::int32_t slope_above;  ///< 1 if the function is its argument from 8 on, 0 if it is constant
};

}  // namespace edgebert::numerics
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::numerics::HWY_NAMESPACE {

void rectify(std::int32_t* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] = values[i] < 0 ? 0 : values[i];
}

void look_up(const ActivationTable& table, std::int32_t* HWY_RESTRICT values, std::size_t count) {
  constexpr std::size_t at_once = 256;
  std::int32_t found[at_once];
  const std::int16_t* entries = table.values.data();
  for (; count > 0;) {
    const std::size_t n = count < at_once ? count : at_once;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t low = values[i] < table.first ? table.first : values[i];
      found[i] = (low > table.last ? table.last : low) - table.first;
    }
    for (std::size_t i = 0; i < n; ++i) found[i] = entries[found[i]];
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t above = values[i] > table.last ? values[i] - table.last : 0;
      values[i] = found[i] + table.slope_above * above;
    }
    values += n;
    count -= n;
  }
}

}  // namespace edgebert::numerics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::numerics {

HWY_EXPORT(rectify);
HWY_EXPORT(look_up);

namespace {

ActivationTable make_table(double (*function)(double), std::int32_t slope_above) {
  constexpr double one = 1 << working_fraction_bits;
  ActivationTable table{.values = {}, .slope_above = slope_above};
  table.values.reserve(table.last - table.first + 1);
  for (std::int32_t v = table.first; v <= table.last; ++v) {
    table.values.push_back(static_cast<std::int16_t>(std::llround(one * function(v / one))));
  }
  return table;
}

double gelu_new(double x) {
  const double root = std::sqrt(2 / std::numbers::pi);
  return 0.5 * x * (1 + std::tanh(root * (x + 0.044715 * x * x * x)));
}

double gelu(double x) {
  return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
}

const ActivationTable& table_of(Activation activation) {
  if (activation == Activation::gelu_new) {
    static const ActivationTable table = make_table(gelu_new, 1);
    return table;
  }
  if (activation == Activation::gelu) {
    static const ActivationTable table = make_table(gelu, 1);
    return table;
  }
  static const ActivationTable table = make_table(std::tanh, 0);
  return table;
}

}  // namespace

void prepare_activations() {
  for (const Activation activation : {Activation::gelu_new, Activation::gelu, Activation::tanh})
    table_of(activation);
}

void activate(Activation activation, std::span<std::int32_t> values) {
  if (activation == Activation::none) return;
  if (activation == Activation::relu) {
    HWY_DYNAMIC_DISPATCH(rectify)(values.data(), values.size());
  } else {
    HWY_DYNAMIC_DISPATCH(look_up)(table_of(activation), values.data(), values.size());
  }
}

}  // namespace edgebert::numerics
#endif
