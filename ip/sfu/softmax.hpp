// SPDX-License-Identifier: Apache-2.0
// Softmax with attention-span masking: turns wide scores into attention weights and one scale a row.
// Function: softmax_kernel.hpp. Cycles: sfu_cost.hpp. Registers: softmax_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters. Not modelled: cycles saved by masked keys (the
// published unit walks them all).
#pragma once
#include "ip/sfu/softmax_kernel.hpp"
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class Softmax : public SpecialFunctionUnit {
 public:
  Softmax(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
          const ClockDomain& clock);

 private:
  void start() override;
  void finish() override;
  Work work() const override;

  std::uint64_t& rows_done_ = counters.declare("rows");
  std::uint64_t& exp_evaluated_ = counters.declare("exp_evaluated");
  std::uint64_t& weights_at_maximum_ = counters.declare("weights_at_maximum");
  // The running command; storage is kept from one to the next.
  struct {
    std::uint32_t rows, columns, scale_base;
    sfu::Location output;
    softmax::RowStatistics statistics;
  } running_{};
  std::vector<std::int32_t> scores_;
  std::vector<std::uint8_t> weights_;
  std::vector<std::int32_t> scales_;
};

}  // namespace edgebert
