// SPDX-License-Identifier: Apache-2.0
// What the early-exit unit computes (docs/numerics.md section 8).
#pragma once
#include <cstdint>
#include <span>

namespace edgebert::early_exit {

/// Shannon entropy of softmax(logits): ln S + sum of d * exp(-d) / S with d = max - x.
/// @param logits  Q8.12, 2 to 64 of them
/// @return        nats, Q16.16, in [0, ln(logits.size())]
std::uint32_t entropy_of(std::span<const std::int32_t> logits);

/// At which of the following layers the entropy is expected to be low: in the row of the table whose first
/// word is nearest to `entropy` (of equally near ones the first), the first column below the threshold, else
/// the last.
/// @param table  rows of 1 + `columns` words, Q16.16 nats; at least one row and one column
/// @return       column, from 0
std::uint32_t predict_index(std::uint32_t entropy, std::uint32_t threshold,
                            std::span<const std::uint32_t> table, std::uint32_t columns);

}  // namespace edgebert::early_exit
