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

}  // namespace edgebert::early_exit
