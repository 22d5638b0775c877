// SPDX-License-Identifier: Apache-2.0
// Residual add and layernorm in one command: their sum never leaves the unit.
// Function: layernorm_kernel.hpp. Cycles: sfu_cost.hpp. Registers: layernorm_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: the operands' read order.
#pragma once
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class Layernorm : public SpecialFunctionUnit {
 public:
  Layernorm(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
            const ClockDomain& clock);

 private:
  void start() override;
};

}  // namespace edgebert
