// SPDX-License-Identifier: Apache-2.0
// Residual add and layernorm in one command: their sum never leaves the unit.
// Function: layernorm_kernel.hpp. Cycles: sfu_cost.hpp. Registers: layernorm_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: the operands' read order.
#pragma once
#include "ip/sfu/layernorm_kernel.hpp"
#include "ip/sfu/special_function_unit.hpp"
#include "ip/sfu/sum.hpp"

namespace edgebert {

class Layernorm : public SpecialFunctionUnit {
 public:
  Layernorm(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
            const ClockDomain& clock);

 private:
  void start() override;
  void finish() override;
  Work work() const override;

  std::uint64_t& rows_done_ = counters.declare("rows");
  std::uint64_t& elements_done_ = counters.declare("elements");
  std::uint64_t& working_saturations_ = counters.declare("working_saturations");
  std::uint64_t& code_saturations_ = counters.declare("code_saturations");
  // The running command; storage is kept from one to the next.
  struct {
    std::uint32_t rows, features;
    sfu::Location output;
    layernorm::RowStatistics statistics;
  } running_{};
  sfu::Operands operands_;
  std::vector<std::uint8_t> codes_;
};

}  // namespace edgebert
