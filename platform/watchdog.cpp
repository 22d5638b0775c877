// SPDX-License-Identifier: Apache-2.0
#include "platform/watchdog.hpp"

#include "platform/watchdog_regs.hpp"

namespace edgebert {

namespace regs = watchdog;

Watchdog::Watchdog(sc_core::sc_module_name name, const ClockDomain& clock)
    : RegisterTarget(name, regs::map), clock_(clock) {
  SC_HAS_PROCESS(Watchdog);
  SC_METHOD(expire);
  sensitive << timeout_;
  dont_initialize();
}

RegisterTarget::Effect Watchdog::on_write(const Register&, std::uint32_t, const sc_core::sc_time& delay) {
  timeout_.cancel();
  registers.set(regs::expired, 0);
  interrupt.set(false);
  const std::uint32_t cycles = registers[regs::timeout];
  if (cycles != 0) timeout_.notify(delay + clock_.time(cycles));
  return Effect::events;
}

void Watchdog::expire() {
  log(LogLevel::warning, sc_core::sc_time_stamp(), [] { return "expired"; });
  registers.set(regs::expired, 1);
  interrupt.set(true);
}

}  // namespace edgebert
