// SPDX-License-Identifier: Apache-2.0
// The loops over keys are plain C++; the compiler vectorises them once for each instruction set. Exponentials
// are looked up one by one.
#include "ip/sfu/softmax_kernel.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

#define HWY_TARGET_INCLUDE "ip/sfu/softmax_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_SFU_SOFTMAX_KERNEL_SHARED
#define EDGEBERT_SFU_SOFTMAX_KERNEL_SHARED
namespace edgebert::softmax {

constexpr int mask_shift = numerics::significand_offset - static_cast<int>(probability_bias);
constexpr std::int32_t mask_one = 1 << mask_shift;
constexpr std::int64_t epsilon = 10995;  // nearest(10^-8 * 2^40)
constexpr int epsilon_shift = 40;
constexpr int weight_fraction_bits = 31;
/// Bits of a weight the encoder needs: it rounds to 5, and what 24 bits lose lies below half its smallest
/// code.
constexpr int encoder_bits = 24;
constexpr int dropped_bits = weight_fraction_bits + 1 - encoder_bits;

/// Sums over the keys of a row.
struct Totals {
  std::uint64_t exponentials = 0;  ///< UQ.31
  std::uint64_t weights = 0;       ///< UQ.31
  std::uint32_t largest_weight = 0;
};

}  // namespace edgebert::softmax
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::softmax::HWY_NAMESPACE {

std::int32_t largest_score(const std::int32_t* scores, std::size_t keys) {
  std::int32_t largest = working_min;
  for (std::size_t j = 0; j < keys; ++j) largest = scores[j] > largest ? scores[j] : largest;
  return largest;
}

/// Of the keys whose mask is not 0.
std::int32_t largest_reachable(const std::int32_t* HWY_RESTRICT scores,
                               const std::int32_t* HWY_RESTRICT masks, std::size_t keys) {
  std::int32_t largest = working_min;
  for (std::size_t j = 0; j < keys; ++j) {
    const std::int32_t score = masks[j] != 0 ? scores[j] : working_min;
    largest = score > largest ? score : largest;
  }
  return largest;
}

/// @param table  of exp_negative(); its last entry is 0
/// @param exponentials  out: UQ1.31
void exponentiate(const std::int32_t* HWY_RESTRICT scores, std::size_t keys, std::int32_t largest,
                  std::span<const std::uint32_t> table, std::uint32_t* HWY_RESTRICT exponentials) {
  const auto last = static_cast<std::uint32_t>(table.size() - 1);
  for (std::size_t j = 0; j < keys; ++j) {
    const auto difference = static_cast<std::uint32_t>(largest - scores[j]);
    exponentials[j] = difference < last ? difference : last;
  }
  for (std::size_t j = 0; j < keys; ++j) exponentials[j] = table[exponentials[j]];
}

/// Zero where the mask is.
void drop_unreachable(const std::int32_t* HWY_RESTRICT masks, std::size_t keys,
                      std::uint32_t* HWY_RESTRICT exponentials) {
  for (std::size_t j = 0; j < keys; ++j) exponentials[j] = masks[j] != 0 ? exponentials[j] : 0;
}

Totals total(const std::uint32_t* exponentials, std::size_t keys) {
  Totals totals;
  for (std::size_t j = 0; j < keys; ++j) {
    totals.exponentials += exponentials[j];
    totals.largest_weight = exponentials[j] > totals.largest_weight ? exponentials[j] : totals.largest_weight;
  }
  totals.weights = totals.exponentials;
  return totals;
}

/// Exponentials become weights.
Totals apply_masks(const std::int32_t* HWY_RESTRICT masks, std::size_t keys,
                   std::uint32_t* HWY_RESTRICT weights) {
  constexpr std::uint64_t half = std::uint64_t{1} << (mask_shift - 1);
  Totals totals;
  for (std::size_t j = 0; j < keys; ++j) {
    totals.exponentials += weights[j];
    const std::uint64_t product = std::uint64_t{weights[j]} * static_cast<std::uint32_t>(masks[j]);
    const auto weight = static_cast<std::uint32_t>((product + half) >> mask_shift);
    totals.weights += weight;
    totals.largest_weight = weight > totals.largest_weight ? weight : totals.largest_weight;
    weights[j] = weight;
  }
  return totals;
}

/// weights * 2^shift, without the lowest `dropped_bits`.
void normalise(const std::uint32_t* HWY_RESTRICT weights, std::size_t keys, int shift,
               std::int32_t* HWY_RESTRICT normal) {
  for (std::size_t j = 0; j < keys; ++j) {
    normal[j] = static_cast<std::int32_t>((weights[j] << shift) >> dropped_bits);
  }
}

}  // namespace edgebert::softmax::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::softmax {

HWY_EXPORT(largest_score);
HWY_EXPORT(largest_reachable);
HWY_EXPORT(exponentiate);
HWY_EXPORT(drop_unreachable);
HWY_EXPORT(total);
HWY_EXPORT(apply_masks);
HWY_EXPORT(normalise);

namespace {

/// A mask code with `mask_shift` fraction bits, held to [0, 1] whatever the auxiliary buffer contains.
constexpr std::array<std::int32_t, 256> mask_values = [] {
  std::array<std::int32_t, 256> values{};
  for (std::size_t code = 0; code < values.size(); ++code) {
    values[code] = std::clamp<std::int32_t>(numerics::significands[code], 0, mask_one);
  }
  return values;
}();

/// Masks of consecutive keys whose places in the table go up or down from `first`; beyond the table 0.
void copy_masks(std::span<const std::uint8_t> table, std::uint32_t first, bool up,
                std::span<std::int32_t> masks) {
  for (std::uint32_t j = 0; j < masks.size(); ++j) {
    const std::uint32_t at = up ? first + j : first - j;
    masks[j] = at < table.size() ? mask_values[table[at]] : 0;
  }
}

void look_up_masks(const Span& span, const RowPosition& position, std::span<std::int32_t> masks) {
  const std::uint32_t first = position.first_key;
  if (span.index == SpanIndex::position) return copy_masks(span.mask, first, true, masks);
  // The distance to the row's own token falls up to it, then rises.
  const std::size_t before =
      position.row > first ? std::min<std::size_t>(position.row - first, masks.size()) : 0;
  copy_masks(span.mask, position.row - first, false, masks.first(before));
  copy_masks(span.mask, position.row > first ? 0 : first - position.row, true, masks.subspan(before));
}

/// Buffers of one row, grown to the longest row and kept.
struct Scratch {
  std::vector<std::int32_t> masks;  ///< then the encoder's input
  std::vector<std::uint32_t> weights;
};

Totals weigh(std::span<const std::int32_t> scores, const Span& span, const RowPosition& position,
             Scratch& scratch, RowStatistics& statistics) {
  const std::size_t keys = scores.size();
  std::int32_t* masks = scratch.masks.data();
  std::uint32_t* weights = scratch.weights.data();
  const auto exponentiate_from = [&](std::int32_t largest, std::size_t evaluated) {
    HWY_DYNAMIC_DISPATCH(exponentiate)(scores.data(), keys, largest, numerics::exp_table(), weights);
    statistics.exp_evaluated += evaluated;
  };
  if (span.form != SpanForm::none) look_up_masks(span, position, {masks, keys});
  if (span.form == SpanForm::in_span) {
    const auto reachable = keys - static_cast<std::size_t>(std::count(masks, masks + keys, 0));
    if (reachable == 0) return {};
    exponentiate_from(HWY_DYNAMIC_DISPATCH(largest_reachable)(scores.data(), masks, keys), reachable);
    HWY_DYNAMIC_DISPATCH(drop_unreachable)(masks, keys, weights);
  } else {
    exponentiate_from(HWY_DYNAMIC_DISPATCH(largest_score)(scores.data(), keys), keys);
  }
  if (span.form == SpanForm::none) return HWY_DYNAMIC_DISPATCH(total)(weights, keys);
  return HWY_DYNAMIC_DISPATCH(apply_masks)(masks, keys, weights);
}

}  // namespace

std::uint32_t softmax_row(std::span<const std::int32_t> scores, const Span& span, const RowPosition& position,
                          std::span<std::uint8_t> weights, RowStatistics& statistics) {
  const std::uint32_t valid =
      position.keys <= position.first_key
          ? 0
          : std::min(static_cast<std::uint32_t>(scores.size()), position.keys - position.first_key);
  thread_local Scratch scratch;
  scratch.masks.resize(valid);
  scratch.weights.resize(valid);
  Totals totals;
  if (valid > 0) totals = weigh(scores.first(valid), span, position, scratch, statistics);
  if (totals.largest_weight == 0) {
    std::fill(weights.begin(), weights.end(), std::uint8_t{0});
    return 0;
  }

  auto denominator = static_cast<std::int64_t>(totals.weights);
  if (span.form == SpanForm::all_keys) {
    denominator +=
        numerics::round_shift(static_cast<std::int64_t>(totals.exponentials) * epsilon, epsilon_shift);
  }
  const int shift = std::countl_zero(totals.largest_weight);
  HWY_DYNAMIC_DISPATCH(normalise)(scratch.weights.data(), valid, shift, scratch.masks.data());
  statistics.weights_at_maximum += numerics::encode(scratch.masks, weight_fraction_bits - dropped_bits,
                                                    probability_bias, weights.first(valid));
  std::fill(weights.begin() + valid, weights.end(), std::uint8_t{0});
  const int numerator = weight_fraction_bits + static_cast<int>(scale_fraction_bits) - shift;
  return static_cast<std::uint32_t>(numerics::round_divide(std::int64_t{1} << numerator, denominator));
}

}  // namespace edgebert::softmax
#endif
