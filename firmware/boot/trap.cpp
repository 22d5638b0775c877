// SPDX-License-Identifier: Apache-2.0
// What boot/start.S calls when something arrives at mtvec. Neither function returns.
#include "firmware/hal/failure.hpp"
#include "firmware/hal/hal.hpp"

using namespace edgebert;
using namespace edgebert::firmware;

extern "C" [[noreturn]] void trap(uint32_t mcause, uint32_t mepc, uint32_t mtval) {
  fail({mailbox::FailureCode::trap, mcause, mepc, mtval, 0, 0});
}

/// A trap while the first one was being reported: only the exit device is left.
extern "C" [[noreturn]] __attribute__((aligned(4))) void trap_in_trap() {
  hal::stop(static_cast<uint32_t>(mailbox::FailureCode::trap));
}
