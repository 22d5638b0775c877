// SPDX-License-Identifier: Apache-2.0
// Matrix product, docs/numerics.md section 3: out[r][c] = sum over k of A[r][k] * B[c][k].
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "contract/formats.hpp"
#include "golden/tensor.hpp"

namespace edgebert::golden {

/// A row-major matrix of AdaptivFloat numbers, decoded to integer significands (12 bits and sign).
struct Significands {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  unsigned bias = 0;
  std::vector<std::int16_t> values;
};

Significands decode_matrix(const Tensor& codes);
Significands decode_matrix(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns,
                           unsigned bias);
/// Part of a matrix.
Significands rows_of(const Significands& matrix, std::uint32_t first, std::uint32_t count);
Significands columns_of(const Significands& matrix, std::uint32_t first, std::uint32_t count);

/// What a product does besides multiplying.
struct ProductStep {
  enum class BiasAxis { row, column };

  std::vector<std::uint32_t> scale = {scale_one};   ///< UQ1.20: one for all, or one a row
  std::span<const std::int16_t> channel_bias = {};  ///< one a row or column of the result; empty: none
  unsigned channel_bias_fraction = 0;
  BiasAxis bias_axis = BiasAxis::column;
  Activation activation = Activation::none;
  Encoding output = wide;
};

/// A.rows x B.rows. Both operands have the same number of columns, at most reduction_max.
/// @throws Error(Failure::internal) if sizes do not fit together
Tensor product(const Significands& a, const Significands& b, const ProductStep& step,
               Saturations& saturations);

}  // namespace edgebert::golden
