// SPDX-License-Identifier: Apache-2.0
// The external interrupt only wakes the core; which line it was is read from the controller. Only the awaited
// line and the watchdog are enabled: another unit that finishes meanwhile keeps its level until it is waited
// for.
#include "firmware/hal/interrupts.hpp"

#include "firmware/hal/hal.hpp"
#include "platform/interrupt_controller_regs.hpp"
#include "platform/watchdog_regs.hpp"

namespace edgebert::firmware {
namespace {

using memory_map::InterruptLine;

constexpr uint32_t controller = memory_map::interrupt_controller.base;

/// An enabled line that is raised, or a number beyond them all.
uint32_t raised_line() {
  return hal::read(controller, interrupt_controller::claim);
}

InterruptLine wait_for_any(uint32_t lines) {
  hal::write(controller, interrupt_controller::enable, lines);
  for (;;) {
    const uint32_t line = raised_line();
    if (line < memory_map::interrupt_lines_max) return static_cast<InterruptLine>(line);
    hal::wait_for_interrupt();
  }
}

}  // namespace

InterruptLine wait_for_units(uint32_t lines) {
  // Whoever hides behind another unit's command is done by now: no watchdog is needed.
  hal::write(controller, interrupt_controller::enable, lines);
  const uint32_t line = raised_line();
  if (line < memory_map::interrupt_lines_max) return static_cast<InterruptLine>(line);
  hal::write(memory_map::watchdog.base, watchdog::timeout, watchdog_cycles);
  return wait_for_any(lines | bit_of(InterruptLine::watchdog));
}

void wait_for_host(InterruptLine line) {
  hal::write(memory_map::watchdog.base, watchdog::timeout, 0);
  wait_for_any(bit_of(line));
}

}  // namespace edgebert::firmware
