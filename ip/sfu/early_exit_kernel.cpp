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

}  // namespace edgebert::early_exit
