// SPDX-License-Identifier: Apache-2.0
// The watchdog: firmware arms it around every wait; it raises an interrupt when a unit never answers.
// Registers: watchdog_regs.hpp. Modelled: timeout, restart, interrupt. Not modelled: reset of the chip.
#pragma once
#include "ip/common/clock_domain.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/register_target.hpp"

namespace edgebert {

class Watchdog : public RegisterTarget {
 public:
  InterruptOutput interrupt;

  Watchdog(sc_core::sc_module_name name, const ClockDomain& clock);

 private:
  Effect on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) override;
  void expire();

  const ClockDomain& clock_;
  sc_core::sc_event timeout_{"timeout"};
};

}  // namespace edgebert
