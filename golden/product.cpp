// SPDX-License-Identifier: Apache-2.0
#include "golden/product.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/functions.hpp"

namespace edgebert::golden {

namespace {

// 128 products of two significands (3968^2 each) fit 32 bits, so the compiler may use 16-bit multipliers
// inside a block; blocks add up in 64 bits.
constexpr std::uint32_t block = 128;

std::int64_t dot(const std::int16_t* a, const std::int16_t* b, std::uint32_t count) {
  std::int64_t sum = 0;
  for (std::uint32_t first = 0; first < count; first += block) {
    const std::uint32_t last = std::min(first + block, count);
    std::int32_t part = 0;
    for (std::uint32_t k = first; k < last; ++k) part += std::int32_t{a[k]} * b[k];
    sum += part;
  }
  return sum;
}

void check(const Significands& a, const Significands& b, const ProductStep& step) {
  const std::uint32_t channels = step.bias_axis == ProductStep::BiasAxis::row ? a.rows : b.rows;
  const bool fits = a.columns == b.columns && a.columns <= reduction_max &&
                    (step.scale.size() == 1 || step.scale.size() == a.rows) &&
                    (step.channel_bias.empty() || step.channel_bias.size() == channels) &&
                    step.channel_bias_fraction <= channel_bias_fraction_max;
  if (fits) return;
  throw Error(
      Failure::internal,
      fmt::format("golden product of {} x {} by {} x {}, {} scales, {} channel biases with {} fraction "
                  "bits: sizes do not fit together; check the caller",
                  a.rows, a.columns, b.rows, b.columns, step.scale.size(), step.channel_bias.size(),
                  step.channel_bias_fraction));
}

}  // namespace

Significands decode_matrix(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns,
                           unsigned bias) {
  Significands matrix{rows, columns, bias, {}};
  matrix.values.reserve(codes.size());
  for (const std::uint8_t code : codes)
    matrix.values.push_back(static_cast<std::int16_t>(significand_of(code)));
  return matrix;
}

Significands decode_matrix(const Tensor& codes) {
  const std::vector<std::uint8_t> bytes(codes.values.begin(), codes.values.end());
  return decode_matrix(bytes, codes.rows, codes.columns, codes.encoding.bias);
}

Significands rows_of(const Significands& matrix, std::uint32_t first, std::uint32_t count) {
  const auto begin = matrix.values.begin() + std::ptrdiff_t{first} * matrix.columns;
  return {count, matrix.columns, matrix.bias, {begin, begin + std::ptrdiff_t{count} * matrix.columns}};
}

Significands columns_of(const Significands& matrix, std::uint32_t first, std::uint32_t count) {
  Significands part{matrix.rows, count, matrix.bias, {}};
  part.values.reserve(std::size_t{matrix.rows} * count);
  for (std::uint32_t r = 0; r < matrix.rows; ++r) {
    const auto begin = matrix.values.begin() + std::ptrdiff_t{r} * matrix.columns + first;
    part.values.insert(part.values.end(), begin, begin + count);
  }
  return part;
}

Tensor product(const Significands& a, const Significands& b, const ProductStep& step,
               Saturations& saturations) {
  check(a, b, step);
  const int shift = 36 - static_cast<int>(a.bias) - static_cast<int>(b.bias);
  const std::int64_t bias_unit = std::int64_t{1} << (working_fraction_bits - step.channel_bias_fraction);
  Tensor out{a.rows, b.rows, step.output, {}, {}};
  out.values.reserve(std::size_t{a.rows} * b.rows);
  for (std::uint32_t r = 0; r < a.rows; ++r) {
    const std::int64_t scale = step.scale.size() == 1 ? step.scale[0] : step.scale[r];
    for (std::uint32_t c = 0; c < b.rows; ++c) {
      const std::int64_t accumulator =
          dot(&a.values[std::size_t{r} * a.columns], &b.values[std::size_t{c} * b.columns], a.columns);
      std::int64_t y = rnd(accumulator * scale, shift);
      if (!step.channel_bias.empty()) {
        y += step.channel_bias[step.bias_axis == ProductStep::BiasAxis::row ? r : c] * bias_unit;
      }
      const std::int32_t v = activate(step.activation, sat20(y, saturations));
      out.values.push_back(encode_q12(v, step.output, saturations));
    }
  }
  return out;
}

}  // namespace edgebert::golden
