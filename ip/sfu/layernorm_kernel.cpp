// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/layernorm_kernel.hpp"

#include "contract/formats.hpp"
#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

namespace edgebert::layernorm {

void normalise_row(std::span<const std::int32_t> x, const Parameters& parameters,
                   std::span<std::uint8_t> codes, RowStatistics& statistics) {
  using numerics::round_divide;
  using numerics::round_shift;
  constexpr int mean_guard_bits = 4;
  constexpr int square_shift = 8;

  const auto features = static_cast<std::int64_t>(x.size());
  std::int64_t sum = 0;
  for (const std::int32_t value : x) sum += value;
  const std::int64_t mean = round_divide(sum << mean_guard_bits, features);
  std::int64_t squares = 0;
  for (const std::int32_t value : x) {
    const std::int64_t centred = (std::int64_t{value} << mean_guard_bits) - mean;
    squares += round_shift(centred * centred, square_shift);
  }
  const std::int64_t variance = round_divide(squares, features) + parameters.epsilon;

  numerics::InverseRoot root{0, 0};
  if (variance != 0) root = numerics::inverse_root(static_cast<std::uint64_t>(variance));
  const int gamma_shift = numerics::significand_offset - static_cast<int>(parameters.gamma_bias);
  for (std::size_t j = 0; j < x.size(); ++j) {
    const std::int64_t centred = (std::int64_t{x[j]} << mean_guard_bits) - mean;
    const std::int64_t normal = numerics::saturate_working(
        round_shift(centred * root.mantissa, 16 + root.exponent), statistics.working_saturations);
    const std::int64_t scaled = round_shift(numerics::significand(parameters.gamma[j]) * normal, gamma_shift);
    const std::int32_t y =
        numerics::saturate_working(scaled + numerics::to_working(parameters.beta[j], parameters.beta_bias),
                                   statistics.working_saturations);
    const auto encoded = numerics::encode(y, working_fraction_bits, parameters.output_bias);
    codes[j] = encoded.code;
    statistics.code_saturations += encoded.saturated;
  }
}

}  // namespace edgebert::layernorm
