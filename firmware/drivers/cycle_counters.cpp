// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/cycle_counters.hpp"

#include "contract/memory_map.hpp"
#include "firmware/hal/hal.hpp"
#include "ip/accelerator/accelerator_regs.hpp"
#include "platform/timer_regs.hpp"

namespace edgebert::firmware {

uint64_t core_cycles() {
  constexpr uint32_t base = memory_map::timer.base;
  for (;;) {
    const uint32_t high = hal::read(base, timer::time_high);
    const uint32_t low = hal::read(base, timer::time_low);
    if (hal::read(base, timer::time_high) == high) return uint64_t{high} << 32 | low;
  }
}

uint64_t accelerator_cycles() {
  constexpr uint32_t base = memory_map::accelerator_control;
  const uint32_t low = hal::read(base, accelerator::cycles_low);
  return uint64_t{hal::read(base, accelerator::cycles_high)} << 32 | low;
}

}  // namespace edgebert::firmware
