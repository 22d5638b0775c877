// SPDX-License-Identifier: Apache-2.0
#include "platform/interrupt_controller.hpp"

#include <bit>
#include <string>

#include "platform/interrupt_controller_regs.hpp"

namespace edgebert {

namespace regs = interrupt_controller;

InterruptController::InterruptController(sc_core::sc_module_name name) : RegisterTarget(name, regs::map) {}

void InterruptController::set_line(unsigned line, bool level) {
  const std::uint32_t bit = 1u << line;
  const std::uint32_t pending = registers[regs::pending];
  if (level)
    log(LogLevel::debug, sc_core::sc_time_stamp(),
        [&] { return "line " + std::to_string(line) + " is raised"; });
  registers.set(regs::pending, level ? pending | bit : pending & ~bit);
  refresh();
}

void InterruptController::refresh() {
  const std::uint32_t raised = registers[regs::pending] & registers[regs::enable];
  registers.set(regs::claim,
                raised == 0 ? regs::claim.reset : static_cast<std::uint32_t>(std::countr_zero(raised)));
  to_core.set(raised != 0);
}

}  // namespace edgebert
