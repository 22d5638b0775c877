// SPDX-License-Identifier: Apache-2.0
// GELU of a matrix in the data buffers, for activations that do not follow a product.
// Function: gelu_kernel.hpp. Cycles: gelu_cost.hpp. Registers: gelu_regs.hpp.
// Modelled: function, cycles, port cycles, interrupt, errors, counters. Not modelled: packed operands.
#pragma once
#include <vector>

#include "gelu_regs.hpp"
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class Gelu : public SpecialFunctionUnit {
 public:
  Gelu(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
       const ClockDomain& clock);

 private:
  void start() override;
  void finish() override;
  Work work() const override;

  std::uint64_t& elements_done_ = counters.declare("elements");
  std::uint64_t& code_saturations_ = counters.declare("code_saturations");
  // The running command.
  std::uint32_t rows_ = 0;
  sfu::Location output_{};
  std::uint64_t saturations_ = 0;
  std::vector<std::int32_t> values_;
  std::vector<std::uint8_t> codes_;
};

}  // namespace edgebert
