// SPDX-License-Identifier: Apache-2.0
// From sums to results: a stage at a time over some rows that stay in the first-level cache. The loops are
// plain C++; the compiler vectorises them once for each instruction set.
#include <algorithm>
#include <cmath>

#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"
#include "ip/pu/product_kernel.hpp"

#define HWY_TARGET_INCLUDE "ip/pu/product_epilogue.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_PU_PRODUCT_EPILOGUE_SHARED
#define EDGEBERT_PU_PRODUCT_EPILOGUE_SHARED
namespace edgebert::product {

/// Some rows and columns of an accumulator, and how they become Q8.12. Pointers are to the first row or
/// column.
template <typename Sum>
struct Sums {
  const Sum* sums;
  std::size_t stride;
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint32_t scale;              ///< UQ1.20, unless every row has one
  const std::uint32_t* row_scales;  ///< or null
  int shift;                        ///< Epilogue::shift
  const std::int16_t* row_biases;   ///< or null
  const std::int16_t* column_biases;
  int bias_shift;  ///< fraction bits that channel biases lack
};

}  // namespace edgebert::product
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::product::HWY_NAMESPACE {

/// sat20(value(c) + bias) of each column. @return how many were clamped
template <typename Value>
HWY_INLINE std::uint32_t add_bias(std::uint32_t columns, Value value, std::int32_t row_bias,
                                  const std::int16_t* HWY_RESTRICT column_biases, int bias_shift,
                                  std::int32_t* HWY_RESTRICT words) {
  std::uint32_t saturations = 0;
  const auto finish = [&](std::uint32_t c, std::int32_t bias) {
    const auto y = value(c) + bias;
    const decltype(y + 0) low = y < working_min ? working_min : y;
    const decltype(y + 0) held = low > working_max ? working_max : low;
    saturations += held != y ? 1 : 0;
    words[c] = static_cast<std::int32_t>(held);
  };
  if (column_biases == nullptr) {
    for (std::uint32_t c = 0; c < columns; ++c) finish(c, row_bias);
  } else {
    for (std::uint32_t c = 0; c < columns; ++c) finish(c, column_biases[c] * (1 << bias_shift));
  }
  return saturations;
}

/// One row. @param scale  UQ1.20
HWY_INLINE std::uint32_t rescale_row(const Sums<std::int32_t>& from, const std::int32_t* HWY_RESTRICT sums,
                                     std::uint32_t scale, std::int32_t row_bias, std::int32_t* words) {
  if (scale == scale_one) {
    const int shift = from.shift;
    const std::int32_t half = 1 << (shift - 1);
    const auto rounded = [=](std::uint32_t c) { return (sums[c] + half + (sums[c] >> 31)) >> shift; };
    return add_bias(from.columns, rounded, row_bias, from.column_biases, from.bias_shift, words);
  }
  // 31 bits times 21, and half of the divisor, fit the 53 bits of a double: nothing here rounds but the
  // conversion.
  const double factor = std::ldexp(scale, -from.shift - static_cast<int>(scale_fraction_bits));
  const auto rounded = [=](std::uint32_t c) {
    const double y = sums[c] * factor;
    return static_cast<std::int32_t>(y + std::copysign(0.5, y));
  };
  return add_bias(from.columns, rounded, row_bias, from.column_biases, from.bias_shift, words);
}

HWY_INLINE std::uint32_t rescale_row(const Sums<std::int64_t>& from, const std::int64_t* HWY_RESTRICT sums,
                                     std::uint32_t scale, std::int32_t row_bias, std::int32_t* words) {
  const int shift = from.shift + static_cast<int>(scale_fraction_bits);
  const auto rounded = [=](std::uint32_t c) { return numerics::round_shift(sums[c] * scale, shift); };
  return add_bias(from.columns, rounded, row_bias, from.column_biases, from.bias_shift, words);
}

template <typename Sum>
HWY_INLINE std::uint32_t rescale(const Sums<Sum>& from, std::int32_t* words) {
  std::uint32_t saturations = 0;
  for (std::uint32_t r = 0; r < from.rows; ++r) {
    const std::uint32_t scale = from.row_scales == nullptr ? from.scale : from.row_scales[r];
    const std::int32_t bias = from.row_biases == nullptr ? 0 : from.row_biases[r] * (1 << from.bias_shift);
    saturations +=
        rescale_row(from, from.sums + r * from.stride, scale, bias, words + std::size_t{r} * from.columns);
  }
  return saturations;
}

std::uint32_t rescale_narrow(const Sums<std::int32_t>& from, std::int32_t* words) {
  return rescale(from, words);
}

std::uint32_t rescale_wide(const Sums<std::int64_t>& from, std::int32_t* words) {
  return rescale(from, words);
}

}  // namespace edgebert::product::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::product {

HWY_EXPORT(rescale_narrow);
HWY_EXPORT(rescale_wide);

namespace {

/// Part of a result.
struct Window {
  std::uint32_t row, rows, column, columns;
};

template <typename Sum>
Sums<Sum> sums_of(const Sum* sums, std::size_t stride, const Epilogue& epilogue, const Window& window) {
  const auto from = [](auto values, std::uint32_t first) {
    return values.empty() ? nullptr : values.data() + first;
  };
  return {.sums = sums + window.row * stride + window.column,
          .stride = stride,
          .rows = window.rows,
          .columns = window.columns,
          .scale = epilogue.scale,
          .row_scales = from(epilogue.row_scales, window.row),
          .shift = epilogue.shift,
          .row_biases = from(epilogue.row_biases, window.row),
          .column_biases = from(epilogue.column_biases, window.column),
          .bias_shift = working_fraction_bits - static_cast<int>(epilogue.bias_fraction)};
}

/// Q8.12 results of a window, row-major. @return clamped elements
std::uint64_t finish_window(const Accumulator& accumulator, const Epilogue& epilogue, const Window& window,
                            std::span<std::int32_t> words) {
  const std::uint64_t saturations =
      accumulator.wide()
          ? HWY_DYNAMIC_DISPATCH(rescale_wide)(
                sums_of(accumulator.wide_sums(), accumulator.stride(), epilogue, window), words.data())
          : HWY_DYNAMIC_DISPATCH(rescale_narrow)(
                sums_of(accumulator.narrow_sums(), accumulator.stride(), epilogue, window), words.data());
  numerics::activate(epilogue.activation, words);
  return saturations;
}

}  // namespace

void finish_wide(const Accumulator& accumulator, const Epilogue& epilogue, std::span<std::int32_t> words,
                 Statistics& statistics) {
  const Window whole{0, accumulator.rows(), 0, accumulator.columns()};
  statistics.working_saturations += finish_window(accumulator, epilogue, whole, words);
}

void finish_codes(const Accumulator& accumulator, const Epilogue& epilogue, std::uint32_t output_bias,
                  std::span<std::uint8_t> codes, Statistics& statistics) {
  constexpr std::uint32_t words_at_once = 1024;
  std::int32_t words[words_at_once];
  const std::uint32_t columns = accumulator.columns();
  const std::uint32_t rows_at_once = std::max(words_at_once / columns, 1u);
  for (std::uint32_t row = 0; row < accumulator.rows(); row += rows_at_once) {
    const std::uint32_t rows = std::min(rows_at_once, accumulator.rows() - row);
    for (std::uint32_t column = 0; column < columns; column += words_at_once) {
      const Window window{row, rows, column, std::min(words_at_once, columns - column)};
      const std::span block(words, std::size_t{rows} * window.columns);
      statistics.working_saturations += finish_window(accumulator, epilogue, window, block);
      statistics.code_saturations += numerics::encode_working(
          block, output_bias, codes.subspan(std::size_t{row} * columns + column, block.size()));
    }
  }
}

}  // namespace edgebert::product
#endif
