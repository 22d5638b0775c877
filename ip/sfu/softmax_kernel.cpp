// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/softmax_kernel.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

namespace edgebert::softmax {
namespace {

constexpr int mask_shift = numerics::significand_offset - static_cast<int>(probability_bias);
constexpr std::int32_t mask_one = 1 << mask_shift;
constexpr std::int64_t epsilon = 10995;  // nearest(10^-8 * 2^40)
constexpr int epsilon_shift = 40;
constexpr int weight_fraction_bits = 31;

/// The mask of one key with `mask_shift` fraction bits, held to [0, 1] whatever the auxiliary buffer
/// contains.
std::int32_t mask_of(const Span& span, std::uint32_t row, std::uint32_t key) {
  if (span.form == SpanForm::none) return mask_one;
  const std::uint32_t distance = row > key ? row - key : key - row;
  const std::uint32_t at = span.index == SpanIndex::distance ? distance : key;
  return at < span.mask.size() ? std::clamp(numerics::significand(span.mask[at]), 0, mask_one) : 0;
}

}  // namespace

std::uint32_t softmax_row(std::span<const std::int32_t> scores, const Span& span, const RowPosition& position,
                          std::span<std::uint8_t> weights, RowStatistics& statistics) {
  std::fill(weights.begin(), weights.end(), std::uint8_t{0});
  const std::uint32_t valid =
      position.keys <= position.first_key
          ? 0
          : std::min(static_cast<std::uint32_t>(scores.size()), position.keys - position.first_key);

  thread_local std::vector<std::int32_t> masks;
  masks.resize(valid);
  std::int32_t largest = working_min;
  std::uint32_t reachable = 0;
  for (std::uint32_t j = 0; j < valid; ++j) {
    masks[j] = mask_of(span, position.row, position.first_key + j);
    if (span.form == SpanForm::in_span && masks[j] == 0) continue;
    largest = std::max(largest, scores[j]);
    ++reachable;
  }
  if (reachable == 0) return 0;

  thread_local std::vector<std::int64_t> masked;
  masked.assign(valid, 0);
  std::int64_t sum_exp = 0;
  std::int64_t sum_masked = 0;
  std::int64_t largest_masked = 0;
  for (std::uint32_t j = 0; j < valid; ++j) {
    if (span.form == SpanForm::in_span && masks[j] == 0) continue;
    const std::int64_t e = numerics::exp_negative(static_cast<std::uint32_t>(largest - scores[j]));
    masked[j] = numerics::round_shift(e * masks[j], mask_shift);
    sum_exp += e;
    sum_masked += masked[j];
    largest_masked = std::max(largest_masked, masked[j]);
  }
  statistics.exp_evaluated += reachable;
  if (largest_masked == 0) return 0;

  std::int64_t denominator = sum_masked;
  if (span.form == SpanForm::all_keys) denominator += numerics::round_shift(sum_exp * epsilon, epsilon_shift);
  const int normalise = weight_fraction_bits + 1 - std::bit_width(static_cast<std::uint64_t>(largest_masked));
  for (std::uint32_t j = 0; j < valid; ++j) {
    const auto encoded = numerics::encode(masked[j] << normalise, weight_fraction_bits, probability_bias);
    weights[j] = encoded.code;
    statistics.weights_at_maximum += encoded.saturated;
  }
  const int numerator = weight_fraction_bits + static_cast<int>(scale_fraction_bits) - normalise;
  return static_cast<std::uint32_t>(numerics::round_divide(std::int64_t{1} << numerator, denominator));
}

}  // namespace edgebert::softmax
