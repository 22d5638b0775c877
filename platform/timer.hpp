// SPDX-License-Identifier: Apache-2.0
// The machine timer: counts core clock cycles from simulated time, raises MTIP from COMPARE on. Registers:
// timer_regs.hpp. Modelled: exact at every access and at the moment of the interrupt, without a clock.
#pragma once
#include "ip/common/clock_domain.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/register_target.hpp"

namespace edgebert {

class Timer : public RegisterTarget {
 public:
  InterruptOutput interrupt;

  Timer(sc_core::sc_module_name name, const ClockDomain& clock);

 private:
  void on_read(const Register& reg, const sc_core::sc_time& delay) override;
  Effect on_write(const Register& reg, std::uint32_t previous, const sc_core::sc_time& delay) override;
  std::uint64_t ticks(const sc_core::sc_time& delay) const;
  void expire();

  const ClockDomain& clock_;
  sc_core::sc_event reached_{"reached"};
};

}  // namespace edgebert
