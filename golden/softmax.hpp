// SPDX-License-Identifier: Apache-2.0
// Softmax with span mask, docs/numerics.md section 5.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "contract/formats.hpp"
#include "golden/tensor.hpp"

namespace edgebert::golden {

/// The span mask of one head.
struct SpanMask {
  SpanForm form = SpanForm::none;
  SpanIndex index = SpanIndex::distance;
  std::span<const std::uint8_t> codes = {};  ///< mu_t, at most 1; 0 beyond the table; unused without spans
  unsigned bias = probability_bias;
};

/// Unnormalised weights and what they have to be multiplied with.
struct SoftmaxRow {
  std::vector<std::int32_t> codes;  ///< AdaptivFloat codes with probability_bias
  std::uint32_t row_scale = 0;      ///< UQ1.20
};

/// Query row `row` of one head.
/// @param scores  Q8.12, one a valid key
SoftmaxRow softmax(std::span<const std::int32_t> scores, std::uint32_t row, const SpanMask& mask,
                   Saturations& saturations);

}  // namespace edgebert::golden
