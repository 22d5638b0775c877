// SPDX-License-Identifier: Apache-2.0
// Softmax with attention-span masking: turns wide scores into attention weights and one scale a row.
// Function: softmax_kernel.hpp. Cycles: sfu_cost.hpp. Registers: softmax_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: cycles saved by masked keys (the
// published unit walks them all).
#pragma once
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class Softmax : public SpecialFunctionUnit {
 public:
  Softmax(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
          const ClockDomain& clock);

 private:
  void start() override;
};

}  // namespace edgebert
