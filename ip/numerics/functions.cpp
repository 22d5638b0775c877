// SPDX-License-Identifier: Apache-2.0
#include "ip/numerics/functions.hpp"

#include <bit>
#include <cmath>
#include <vector>

namespace edgebert::numerics {
namespace {

constexpr double one = 1 << working_fraction_bits;

std::vector<std::uint32_t> make_exp_table() {
  std::vector<std::uint32_t> table;
  for (std::uint32_t difference = 0; table.empty() || table.back() != 0; ++difference) {
    const double power = std::exp(-static_cast<double>(difference) / one);
    table.push_back(static_cast<std::uint32_t>(std::llround(2147483648.0 * power)));
  }
  return table;
}

}  // namespace

std::span<const std::uint32_t> exp_table() {
  static const std::vector<std::uint32_t> table = make_exp_table();
  return table;
}

std::uint32_t exp_negative(std::uint32_t difference) {
  const auto table = exp_table();
  return difference < table.size() ? table[difference] : 0;
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
