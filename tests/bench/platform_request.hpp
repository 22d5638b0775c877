// SPDX-License-Identifier: Apache-2.0
// What platform_bench asks of its guest, in the guest's symbol `request`. Language-only C++: both sides
// include it.
#pragma once
#include <stdint.h>

namespace edgebert::platform_bench {

enum class Work : uint32_t {
  register_reads,   ///< loads from a register behind the bus
  register_writes,  ///< stores to it
  memory_reads,     ///< the same loads and stores to memory with a private port
  memory_writes,
  interrupts,     ///< sleeps until the timer's interrupt, takes it, handles it
  no_interrupts,  ///< the same accesses to the timer, without the sleep and the interrupt
  instructions,   ///< counts down, two instructions a round
};

/// Accesses of one round of the first four.
inline constexpr uint32_t accesses_a_round = 16;

struct Request {
  Work work;
  uint32_t rounds;
};

}  // namespace edgebert::platform_bench
