// SPDX-License-Identifier: Apache-2.0
// Entropy of a row of logits and the exit decision, docs/numerics.md section 8.
#pragma once
#include <cstdint>
#include <span>

namespace edgebert::golden {

/// Entropy of softmax(logits) in nats, Q16.16, 0 to ln C.
/// @param logits  Q8.12, 2 to 64 of them
std::uint32_t entropy(std::span<const std::int32_t> logits);

/// Whether this entropy is strictly below the threshold, both Q16.16.
constexpr bool exits(std::uint32_t entropy, std::uint32_t threshold) {
  return entropy < threshold;
}

/// The first class with the largest logit.
std::uint32_t prediction(std::span<const std::int32_t> logits);

}  // namespace edgebert::golden
