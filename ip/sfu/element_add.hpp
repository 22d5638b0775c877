// SPDX-License-Identifier: Apache-2.0
// Element-wise add of two matrices in the data buffers (docs/numerics.md section 6).
// Cycles: sfu_cost.hpp. Registers: element_add_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters.
#pragma once
#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/sfu/operand.hpp"

namespace edgebert {

class ElementAdd : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;
    TimingPreset preset;
  };

  ElementAdd(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
             const ClockDomain& clock);

 private:
  void start() override;

  Parameters parameters_;
  sfu::Buffers buffers_;
};

}  // namespace edgebert
