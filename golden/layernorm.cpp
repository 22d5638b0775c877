// SPDX-License-Identifier: Apache-2.0
#include "golden/layernorm.hpp"

#include "golden/adaptivfloat.hpp"
#include "golden/functions.hpp"

namespace edgebert::golden {

std::vector<std::int32_t> layernorm(Operand a, std::optional<Operand> b, const LayernormStep& step,
                                    Saturations& saturations) {
  const std::size_t features = a.values.size();
  const auto count = static_cast<std::int64_t>(features);

  std::vector<std::int64_t> x(features);
  std::int64_t sum = 0;
  for (std::size_t j = 0; j < features; ++j) {
    x[j] = q12(a.values[j], a.encoding);
    if (b) x[j] = sat20(x[j] + q12(b->values[j], b->encoding), saturations);
    sum += x[j];
  }

  const std::int64_t mean = rdiv(16 * sum, count);  // 16 fraction bits
  std::vector<std::int64_t> centred(features);      // 16 fraction bits
  std::int64_t squares = 0;                         // 24 fraction bits
  for (std::size_t j = 0; j < features; ++j) {
    centred[j] = 16 * x[j] - mean;
    squares += rnd(centred[j] * centred[j], 8);
  }

  const std::int64_t variance = rdiv(squares, count) + step.epsilon;
  const ReciprocalRoot root = variance == 0 ? ReciprocalRoot{0, 0} : reciprocal_root(variance);
  std::vector<std::int32_t> out(features);
  for (std::size_t j = 0; j < features; ++j) {
    const std::int64_t n = sat20(rnd(centred[j] * root.mantissa, 16 + root.exponent), saturations);
    const std::int64_t scaled =
        rnd(significand_of(step.gamma[j]) * n, 14 - static_cast<int>(step.gamma_bias));
    const std::int32_t y = sat20(scaled + q12(step.beta[j], step.beta_bias), saturations);
    out[j] = encode_q12(y, step.output, saturations);
  }
  return out;
}

}  // namespace edgebert::golden
