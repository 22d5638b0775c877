// SPDX-License-Identifier: Apache-2.0
// What the processing unit computes (docs/numerics.md sections 3 and 4): exact products of AdaptivFloat
// matrices, then scale, channel bias, saturation and activation. A whole command at once; n does not enter,
// since the accumulator is exact.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::product {

/// A decoded operand, row-major along the reduction, each row zero-padded to a multiple of `row_alignment`
/// significands.
struct Operand {
  static constexpr std::uint32_t row_alignment = 64;

  /// @param codes  rows of `reduction` AdaptivFloat codes, `stride` apart
  Operand(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t reduction,
          std::size_t stride);

  std::uint32_t rows;
  std::uint32_t reduction;
  std::uint32_t padded;
  std::vector<std::int16_t> significands;  ///< rows * padded
  std::vector<std::uint32_t> nonzeros;     ///< of each of the `reduction` columns
};

/// accumulator[r * b.rows + c] += sum over k of a[r][k] * b[c][k]; exact.
void accumulate(const Operand& a, const Operand& b, std::span<std::int64_t> accumulator);

/// Multiplications of accumulate() with no zero operand.
std::uint64_t useful_products(const Operand& a, const Operand& b);

/// What happens to an accumulated sum.
struct Epilogue {
  int shift;                                  ///< 16 - bias of A - bias of B
  std::uint32_t scale = scale_one;            ///< UQ1.20
  std::span<const std::uint32_t> row_scales;  ///< one a row; empty: `scale` for all
  std::span<const std::int16_t> row_biases;   ///< at most one of the two is not empty
  std::span<const std::int16_t> column_biases;
  std::uint32_t bias_fraction = channel_bias_fraction_max;
  Activation activation = Activation::none;
};

/// Q8.12 results of rows x columns sums. @param saturations  counts clamped elements
std::vector<std::int32_t> finish(std::span<const std::int64_t> accumulator, std::uint32_t rows,
                                 std::uint32_t columns, const Epilogue& epilogue, std::uint64_t& saturations);

}  // namespace edgebert::product
