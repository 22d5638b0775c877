// SPDX-License-Identifier: Apache-2.0
// Early-exit assessment: entropy of a row of logits, the decision to stop, and the layer at which the entropy
// is expected to be low. Recorded entropies can take the place of computed ones (command `test`); the counter
// test_assessments tells.
// Function: early_exit_kernel.hpp. Cycles: sfu_cost.hpp. Registers: early_exit_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters.
#pragma once
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/special_function_unit.hpp"

namespace edgebert {

class EarlyExit : public SpecialFunctionUnit {
 public:
  EarlyExit(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
            const ClockDomain& clock);

 private:
  void start() override;
  void finish() override;
  Work work() const override;
  void assess();
  void predict();
  void test();

  std::uint64_t& assessments_ = counters.declare("assessments");
  std::uint64_t& test_assessments_ = counters.declare("test_assessments");
  std::uint64_t& predictions_ = counters.declare("predictions");
  std::uint64_t& exits_ = counters.declare("exits");
  std::uint64_t& exp_evaluated_ = counters.declare("exp_evaluated");
  // The running command; storage is kept from one to the next.
  struct {
    early_exit::Command command;
    std::uint32_t classes, entropy;
    bool below;
    std::uint32_t predicted;
  } running_{};
  std::vector<std::int32_t> logits_;
  std::vector<std::uint32_t> table_;
};

}  // namespace edgebert
