// SPDX-License-Identifier: Apache-2.0
#include "golden/softmax.hpp"

#include <algorithm>
#include <bit>

#include "golden/adaptivfloat.hpp"
#include "golden/functions.hpp"

namespace edgebert::golden {

namespace {

constexpr std::int64_t trained_epsilon = 10995;  // nearest(1e-8 * 2^40)

// I(mu_t) of every key; `one` without spans.
std::vector<std::int64_t> mask_of_keys(std::size_t keys, std::uint32_t row, const SpanMask& mask,
                                       std::int64_t one) {
  std::vector<std::int64_t> values(keys, one);
  if (mask.form == SpanForm::none) return values;
  for (std::size_t j = 0; j < keys; ++j) {
    const std::size_t distance = j > row ? j - row : row - j;
    const std::size_t t = mask.index == SpanIndex::distance ? distance : j;
    values[j] = t < mask.codes.size() ? significand_of(mask.codes[t]) : 0;
  }
  return values;
}

}  // namespace

SoftmaxRow softmax(std::span<const std::int32_t> scores, std::uint32_t row, const SpanMask& mask,
                   Saturations& saturations) {
  const std::size_t keys = scores.size();
  const int mask_shift = 14 - static_cast<int>(mask.bias);
  const std::vector<std::int64_t> mu = mask_of_keys(keys, row, mask, std::int64_t{1} << mask_shift);
  const auto reachable = [&](std::size_t j) { return mask.form != SpanForm::in_span || mu[j] != 0; };

  SoftmaxRow result{std::vector<std::int32_t>(keys, 0), 0};
  bool any = false;
  std::int32_t largest_score = 0;
  for (std::size_t j = 0; j < keys; ++j) {
    if (!reachable(j)) continue;
    largest_score = any ? std::max(largest_score, scores[j]) : scores[j];
    any = true;
  }
  if (!any) return result;

  std::vector<std::int64_t> weights(keys, 0);
  std::int64_t sum_of_exp = 0;
  std::int64_t denominator = 0;
  for (std::size_t j = 0; j < keys; ++j) {
    if (!reachable(j)) continue;
    const std::int64_t e = exp_negative(largest_score - scores[j]);
    weights[j] = rnd(e * mu[j], mask_shift);
    sum_of_exp += e;
    denominator += weights[j];
  }
  if (mask.form == SpanForm::all_keys) denominator += rnd(trained_epsilon * sum_of_exp, 40);

  const std::int64_t largest_weight = *std::max_element(weights.begin(), weights.end());
  if (largest_weight == 0) return result;
  const int z = 31 - (std::bit_width(static_cast<std::uint64_t>(largest_weight)) - 1);
  for (std::size_t j = 0; j < keys; ++j) {
    const double normalised = static_cast<double>(weights[j] << z) / 0x1p31;  // below 2^32: exact
    result.codes[j] = encode(normalised, probability_bias, saturations);
  }
  result.row_scale = static_cast<std::uint32_t>(rdiv(std::int64_t{1} << (51 - z), denominator));
  return result;
}

}  // namespace edgebert::golden
