// SPDX-License-Identifier: Apache-2.0
#include "golden/entropy.hpp"

#include <algorithm>

#include "golden/fixed_point.hpp"
#include "golden/functions.hpp"

namespace edgebert::golden {

std::uint32_t entropy(std::span<const std::int32_t> logits) {
  const std::int32_t largest = *std::max_element(logits.begin(), logits.end());
  std::int64_t sum = 0;       // 31 fraction bits
  std::int64_t weighted = 0;  // 43 fraction bits
  for (const std::int32_t logit : logits) {
    const std::int32_t difference = largest - logit;
    const std::int64_t e = exp_negative(difference);
    sum += e;
    weighted += difference * e;
  }
  const std::int64_t nats = ln_of_sum(sum) + rdiv(16 * weighted, sum);
  const std::int64_t limit = ln_of_count(static_cast<std::uint32_t>(logits.size()));
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(nats, 0, limit));
}

std::uint32_t prediction(std::span<const std::int32_t> logits) {
  return static_cast<std::uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace edgebert::golden
