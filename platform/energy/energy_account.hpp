// SPDX-License-Identifier: Apache-2.0
// Keeps a SoC's energy ledger: actions of the accelerator at every command's end, by the layer of its TAG;
// everything else (memories, bus, core, clocks, leakage) whenever the layer at work changes, for the layer
// that was at work.
//
// States: while a sentence is under way the accelerator's domain is on, its clock running, and so are
// memories and bus; the core's clock is gated in WFI. Between two sentences all of them are gated. The eNVM
// is off where embedding.store is dram. Not in the ledger: boot.
#pragma once
#include <systemc>

#include "ip/common/command_observer.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/energy/energy_ledger.hpp"
#include "platform/soc.hpp"

namespace edgebert {

class EnergyAccount : public CommandObserver {
 public:
  /// @throws Error(Failure::config) if the table lacks a row that this SoC needs, or does not cover the
  /// voltage
  EnergyAccount(const energy::EnergyTable& table, const SocConfig& config, Soc& soc, std::uint32_t layers);

  void begin(const Command& command) override;
  void end(const Command& command, const Completion& completion) override;

  /// A sentence arrives: what was counted so far is forgotten.
  void restart(const sc_core::sc_time& now);
  /// The sentence was answered, and some time has passed since.
  /// @throws Error(Failure::internal) if ledger and power trace differ
  energy::EnergyReport finish(const sc_core::sc_time& answered, const sc_core::sc_time& now);
  /// What so much time between two sentences takes at the present operating point. Forgets what was counted.
  energy::EnergyReport idle(double seconds);

 private:
  /// Counters of what has no TAG.
  struct Counts {
    std::uint64_t instructions = 0;
    std::uint64_t sleeping_cycles = 0;
    std::uint64_t core_accesses = 0;
    std::uint64_t dma_beats = 0;
    std::uint64_t sram_read = 0, sram_written = 0;
    std::uint64_t weights_read = 0, weights_written = 0;
    std::uint64_t activates = 0;
    std::uint64_t envm_read = 0, envm_codes_read = 0;
  };

  Counts counts() const;
  /// From now on the accelerator's domain has another voltage, another clock, or both.
  void set_operating_point(const sc_core::sc_time& now, double volts, double hertz);
  /// Books counters and time since the last call on the layer at work.
  void book(const sc_core::sc_time& now);
  void book_time(double seconds, double core_asleep);

  const SocConfig& config_;
  Soc& soc_;
  energy::EnergyLedger ledger_;
  double volts_;
  double hertz_;
  std::uint32_t layer_;
  sc_core::sc_time since_;
  Counts before_;
};

}  // namespace edgebert
