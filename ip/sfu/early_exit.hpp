// SPDX-License-Identifier: Apache-2.0
// Early-exit assessment: entropy of a row of logits and the decision to stop.
// Function: early_exit_kernel.hpp. Cycles: sfu_cost.hpp. Registers: early_exit_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters.
#pragma once
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class EarlyExit : public SpecialFunctionUnit {
 public:
  EarlyExit(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
            const ClockDomain& clock);

 private:
  void start() override;
};

}  // namespace edgebert
