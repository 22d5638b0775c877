// SPDX-License-Identifier: Apache-2.0
// The interrupt controller: level inputs, enables, one output to the core (MEIP). Registers:
// interrupt_controller_regs.hpp. Modelled: levels, enables, lowest line first. Not modelled: priorities,
// latching (units hold their lines until acknowledged).
#pragma once
#include "ip/common/interrupt.hpp"
#include "ip/common/register_target.hpp"

namespace edgebert {

class InterruptController : public RegisterTarget {
 public:
  InterruptOutput to_core;

  explicit InterruptController(sc_core::sc_module_name name);

  void set_line(unsigned line, bool level);

 private:
  Effect on_write(const Register&, std::uint32_t, const sc_core::sc_time&) override {
    refresh();
    return Effect::events;
  }
  void refresh();
};

}  // namespace edgebert
