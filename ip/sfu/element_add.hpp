// SPDX-License-Identifier: Apache-2.0
// Element-wise add of two matrices in the data buffers (docs/numerics.md section 6).
// Cycles: sfu_cost.hpp. Registers: element_add_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters.
#pragma once
#include "ip/sfu/special_function_unit.hpp"
#include "ip/sfu/sum.hpp"

namespace edgebert {

class ElementAdd : public SpecialFunctionUnit {
 public:
  ElementAdd(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
             const ClockDomain& clock);

 private:
  void start() override;
  void finish() override;
  Work work() const override;

  std::uint64_t& elements_done_ = counters.declare("elements");
  std::uint64_t& working_saturations_ = counters.declare("working_saturations");
  std::uint64_t& code_saturations_ = counters.declare("code_saturations");
  // The running command; storage is kept from one to the next.
  struct {
    std::uint32_t rows, features;
    sfu::Location output;
    std::uint64_t working_saturations, code_saturations;
  } running_{};
  sfu::Operands operands_;
  std::vector<std::uint8_t> codes_;
};

}  // namespace edgebert
