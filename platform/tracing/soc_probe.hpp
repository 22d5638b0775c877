// SPDX-License-Identifier: Apache-2.0
// Watches a SoC for those who trace it. Exact times: what the core does at its own time, ahead of the
// kernel's, counts at that time. Changes nothing. Not seen: the core's own accesses to memories and devices
// (--trace-registers shows those), which are far more than all the rest.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ip/common/command_observer.hpp"
#include "platform/energy/energy_report.hpp"
#include "platform/soc.hpp"
#include "platform/tracing/listener.hpp"

namespace edgebert::tracing {

class SocProbe : public CommandObserver {
 public:
  /// @param wait_cause  whose interrupt is raised and enabled now
  SocProbe(Soc& soc, std::vector<Listener*> listeners, std::function<std::string()> wait_cause);

  void begin(const edgebert::Command& command) override;
  void claimed(const edgebert::Command& command) override;
  void end(const edgebert::Command& command, const edgebert::Completion& completion) override;

  void sentence_begins(const sc_core::sc_time& now);
  void sentence_ends(const sc_core::sc_time& now, std::span<const energy::PowerSegment> power);

 private:
  template <typename Call>
  void tell(const Call& call) {
    for (Listener* listener : listeners_) call(*listener);
  }
  void watch_interrupts();
  void show_buffers(const sc_core::sc_time& now);

  Soc& soc_;
  std::vector<Listener*> listeners_;
  std::array<Command, unit_count> running_{};
  std::vector<Transfer> transfers_;  ///< of the DMA's running command
};

}  // namespace edgebert::tracing
