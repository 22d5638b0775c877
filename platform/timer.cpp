// SPDX-License-Identifier: Apache-2.0
#include "platform/timer.hpp"

#include "platform/timer_regs.hpp"

namespace edgebert {

namespace regs = timer;

Timer::Timer(sc_core::sc_module_name name, const ClockDomain& clock)
    : RegisterTarget(name, regs::map), clock_(clock) {
  SC_HAS_PROCESS(Timer);
  SC_METHOD(expire);
  sensitive << reached_;
  dont_initialize();
}

std::uint64_t Timer::ticks(const sc_core::sc_time& delay) const {
  return (sc_core::sc_time_stamp() + delay).value() / clock_.period().value();
}

void Timer::on_read(const Register&, const sc_core::sc_time& delay) {
  const std::uint64_t now = ticks(delay);
  registers.set(regs::time_low, static_cast<std::uint32_t>(now));
  registers.set(regs::time_high, static_cast<std::uint32_t>(now >> 32));
}

RegisterTarget::Effect Timer::on_write(const Register&, std::uint32_t, const sc_core::sc_time& delay) {
  const std::uint64_t compare =
      std::uint64_t{registers[regs::compare_high]} << 32 | registers[regs::compare_low];
  reached_.cancel();
  interrupt.set(ticks(delay) >= compare);
  // Beyond what simulated time can hold the interrupt never comes.
  const std::uint64_t last = (~std::uint64_t{0}) / clock_.period().value();
  if (!interrupt.level() && compare < last) reached_.notify(clock_.time(compare) - sc_core::sc_time_stamp());
  return Effect::events;
}

void Timer::expire() {
  log(LogLevel::debug, sc_core::sc_time_stamp(), [] { return "COMPARE is reached"; });
  interrupt.set(true);
}

}  // namespace edgebert
