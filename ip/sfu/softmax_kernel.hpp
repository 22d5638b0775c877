// SPDX-License-Identifier: Apache-2.0
// What the softmax unit computes (docs/numerics.md section 5), a row at a time.
#pragma once
#include <cstdint>
#include <span>

#include "contract/formats.hpp"

namespace edgebert::softmax {

/// A head's attention-span mask and how a row uses it.
struct Span {
  SpanForm form = SpanForm::none;
  SpanIndex index = SpanIndex::distance;
  std::span<const std::uint8_t> mask;  ///< AF8(3) codes; beyond them the mask is 0
};

/// Where a row of scores stands in the sentence.
struct RowPosition {
  std::uint32_t row;        ///< token number of the query
  std::uint32_t first_key;  ///< token number of the first score
  std::uint32_t keys;       ///< valid keys of the sentence
};

/// What one row cost.
struct RowStatistics {
  std::uint64_t exp_evaluated = 0;
  std::uint64_t weights_at_maximum = 0;  ///< encoded to the largest code; expected, see the contract
};

/// One row of attention weights.
/// @param scores   Q8.12
/// @param weights  out: AF8(3) codes, as many as scores
/// @return the row scale, UQ1.20; 0 for a row without reachable keys
std::uint32_t softmax_row(std::span<const std::int32_t> scores, const Span& span, const RowPosition& position,
                          std::span<std::uint8_t> weights, RowStatistics& statistics);

}  // namespace edgebert::softmax
