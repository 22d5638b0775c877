// SPDX-License-Identifier: Apache-2.0
// Element-wise add of two matrices in the data buffers (docs/numerics.md section 6).
// Cycles: sfu_cost.hpp. Registers: element_add_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters.
#pragma once
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class ElementAdd : public SpecialFunctionUnit {
 public:
  ElementAdd(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
             const ClockDomain& clock);

 private:
  void start() override;
};

}  // namespace edgebert
