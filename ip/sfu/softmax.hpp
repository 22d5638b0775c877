// SPDX-License-Identifier: Apache-2.0
// Softmax with attention-span masking: turns wide scores into attention weights and one scale a row.
// Function: softmax_kernel.hpp. Cycles: sfu_cost.hpp. Registers: softmax_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: cycles saved by masked keys (the
// published unit walks them all).
#pragma once
#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/sfu/operand.hpp"
#include "ip/sfu/softmax_kernel.hpp"

namespace edgebert {

class Softmax : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;
    TimingPreset preset;
  };

  Softmax(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
          const ClockDomain& clock);

 private:
  void start() override;

  Parameters parameters_;
  sfu::Buffers buffers_;
};

}  // namespace edgebert
