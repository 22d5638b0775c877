// SPDX-License-Identifier: Apache-2.0
// Collects every command of a sentence by the layer and the operator of its TAG. Commands with a TAG the
// model does not have are kept under no operator, so that sums stay those of the units.
#pragma once
#include <vector>

#include "ip/common/clock_domain.hpp"
#include "ip/common/command_observer.hpp"
#include "platform/operator_report.hpp"

namespace edgebert {

class OperatorTable : public CommandObserver {
 public:
  /// @param clock  whose cycles are reported
  OperatorTable(std::uint32_t layers, const ClockDomain& clock);

  void begin(const Command& command) override;
  void end(const Command& command, const Completion& completion) override;

  /// Forgets what was done; commands at work go on from here.
  void restart(const sc_core::sc_time& now);
  /// Operators with commands completed or at work since, by layer, then in the order of `Operator`.
  std::vector<OperatorReport> report(const sc_core::sc_time& now) const;

 private:
  struct Entry {
    OperatorReport done;  ///< all but the two times
    unsigned running = 0;
    // In domain time.
    sc_core::sc_time since;  ///< when the first of those running began
    sc_core::sc_time at_work;
    sc_core::sc_time firmware;
  };

  Entry& entry(const Command& command);

  const ClockDomain& clock_;
  std::vector<Entry> entries_;   ///< operator_count a layer, the embedding's first
  unsigned running_ = 0;         ///< commands of any operator
  sc_core::sc_time idle_since_;  ///< in domain time
};

}  // namespace edgebert
