// SPDX-License-Identifier: Apache-2.0
#include "ip/numerics/functions.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace edgebert::numerics {
namespace {

constexpr long double one = 1 << working_fraction_bits;

std::vector<std::uint32_t> make_exp_table() {
  std::vector<std::uint32_t> table;
  for (std::uint32_t difference = 0; table.empty() || table.back() != 0; ++difference) {
    table.push_back(static_cast<std::uint32_t>(
        std::llround(2147483648.0L * std::exp(-static_cast<long double>(difference) / one))));
  }
  return table;
}

long double gelu_new(long double x) {
  const long double root = std::sqrt(2.0L / std::numbers::pi_v<long double>);
  return 0.5L * x * (1.0L + std::tanh(root * (x + 0.044715L * x * x * x)));
}

long double gelu(long double x) {
  return 0.5L * x * std::erfc(-x / std::numbers::sqrt2_v<long double>);
}

/// Values of a function on [-8, 8); outside it has reached its asymptote to less than half an LSB.
class ActivationTable {
 public:
  explicit ActivationTable(long double (*function)(long double)) {
    for (std::int32_t v = -reach; v < reach; ++v) {
      table_.push_back(
          static_cast<std::int32_t>(std::llround(one * function(static_cast<long double>(v) / one))));
    }
  }
  std::int32_t operator()(std::int32_t value, std::int32_t below, std::int32_t above) const {
    if (value < -reach) return below;
    if (value >= reach) return above;
    return table_[static_cast<std::size_t>(value + reach)];
  }

 private:
  static constexpr std::int32_t reach = 8 << working_fraction_bits;
  std::vector<std::int32_t> table_;
};

}  // namespace

std::uint32_t exp_negative(std::uint32_t difference) {
  static const std::vector<std::uint32_t> table = make_exp_table();
  return difference < table.size() ? table[difference] : 0;
}

std::int32_t activate(Activation activation, std::int32_t value) {
  switch (activation) {
    case Activation::none:
      return value;
    case Activation::relu:
      return value < 0 ? 0 : value;
    case Activation::gelu_new: {
      static const ActivationTable table(gelu_new);
      return table(value, 0, value);
    }
    case Activation::gelu: {
      static const ActivationTable table(gelu);
      return table(value, 0, value);
    }
    case Activation::tanh: {
      static const ActivationTable table(std::tanh);
      return table(value, -(1 << working_fraction_bits), 1 << working_fraction_bits);
    }
  }
  return value;
}

std::int64_t ln_of_sum(std::uint64_t sum) {
  return std::llround(65536.0L * std::log(static_cast<long double>(sum) / 2147483648.0L));
}

InverseRoot inverse_root(std::uint64_t variance) {
  const int exponent = (std::bit_width(variance) - 1) / 2;
  // mantissa = nearest(2^(24+E) / sqrt(V)): the largest m with (2m - 1)^2 * V <= 2^(50+2E), compared exactly.
  const auto guess = std::ldexp(1.0L, 24 + exponent) / std::sqrt(static_cast<long double>(variance));
  auto mantissa = static_cast<std::uint64_t>(std::llround(guess));
  const auto not_above = [&](std::uint64_t m) {
    const auto odd = static_cast<unsigned __int128>(2 * m - 1);
    return odd * odd * variance <= static_cast<unsigned __int128>(1) << (50 + 2 * exponent);
  };
  while (!not_above(mantissa)) --mantissa;
  while (not_above(mantissa + 1)) ++mantissa;
  return {static_cast<std::uint32_t>(mantissa), exponent};
}

}  // namespace edgebert::numerics
