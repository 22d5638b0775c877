// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/early_exit_kernel.hpp"

#include <algorithm>

#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

namespace edgebert::early_exit {

std::uint32_t entropy_of(std::span<const std::int32_t> logits) {
  const std::int32_t largest = *std::max_element(logits.begin(), logits.end());
  std::int64_t sum = 0;
  std::int64_t weighted = 0;
  for (const std::int32_t x : logits) {
    const std::int64_t difference = std::int64_t{largest} - x;
    const std::int64_t e = numerics::exp_negative(static_cast<std::uint32_t>(difference));
    sum += e;
    weighted += difference * e;
  }
  const std::int64_t most = numerics::ln_of_sum(static_cast<std::uint64_t>(logits.size()) << 31);
  const std::int64_t h =
      numerics::ln_of_sum(static_cast<std::uint64_t>(sum)) + numerics::round_divide(16 * weighted, sum);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(h, 0, most));
}

std::uint32_t predict_index(std::uint32_t entropy, std::uint32_t threshold,
                            std::span<const std::uint32_t> table, std::uint32_t columns) {
  const std::size_t row_words = std::size_t{columns} + 1;
  const auto distance = [&](std::size_t row) {
    const std::uint32_t at = table[row * row_words];
    return at > entropy ? at - entropy : entropy - at;
  };
  std::size_t nearest = 0;
  for (std::size_t row = 1; row < table.size() / row_words; ++row) {
    if (distance(row) < distance(nearest)) nearest = row;
  }
  const auto predicted = table.subspan(nearest * row_words + 1, columns);
  const auto low = std::ranges::find_if(predicted, [&](std::uint32_t each) { return each < threshold; });
  return low == predicted.end() ? columns - 1 : static_cast<std::uint32_t>(low - predicted.begin());
}

}  // namespace edgebert::early_exit
