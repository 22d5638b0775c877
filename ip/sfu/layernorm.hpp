// SPDX-License-Identifier: Apache-2.0
// Residual add and layernorm in one command: their sum never leaves the unit.
// Function: layernorm_kernel.hpp. Cycles: sfu_cost.hpp. Registers: layernorm_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: the operands' read order.
#pragma once
#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/sfu/operand.hpp"

namespace edgebert {

class Layernorm : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;
    TimingPreset preset;
  };

  Layernorm(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
            const ClockDomain& clock);

 private:
  void start() override;

  Parameters parameters_;
  sfu::Buffers buffers_;
};

}  // namespace edgebert
