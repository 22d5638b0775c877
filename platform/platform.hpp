// SPDX-License-Identifier: Apache-2.0
// The host beside the SoC: loads images and firmware, posts sentences, collects answers and counters,
// enforces limits. Hides SystemC, of which a process can elaborate one model once: one Platform a process.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/mailbox.hpp"
#include "contract/model_image.hpp"
#include "ip/common/observation.hpp"
#include "ip/common/stalls.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/energy/energy_report.hpp"
#include "platform/exit_predictor.hpp"
#include "platform/fault_report.hpp"
#include "platform/instruments.hpp"
#include "platform/memory_use.hpp"
#include "platform/operator_report.hpp"
#include "platform/rv32/elf.hpp"

namespace edgebert {

/// What one unit did, between two moments.
struct UnitReport {
  std::string unit;
  std::uint64_t commands;
  std::uint64_t busy_cycles;  ///< accelerator cycles at work; with `stalls` and idle ones, all of them
  Stalls stalls;              ///< accelerator cycles with a command that waits
  std::map<std::string, std::uint64_t, std::less<>> counters;
  bool timed = true;  ///< false: a memory or the bus, which only counts

  /// The rest of `cycles`; 0 for what only counts.
  std::uint64_t idle_cycles(std::uint64_t cycles) const {
    const std::uint64_t used = busy_cycles + stalls.total();
    return !timed || used > cycles ? 0 : cycles - used;
  }
};

/// What one sentence took, from the job's arrival in the mailbox to firmware's answer.
struct SentenceResult {
  mailbox::Result result;
  std::uint64_t cycles = 0;  ///< accelerator cycles
  double seconds = 0;        ///< simulated
  std::uint64_t instructions = 0;
  std::vector<UnitReport> units{};          ///< accelerator units, then memories and bus
  std::vector<OperatorReport> operators{};  ///< by layer, then in the order of `Operator`
  bool deadline_missed = false;             ///< the answer came later than exit.deadline
  energy::EnergyReport energy{};  ///< with the time until the host saw the answer; empty without a table
};

/// What a replayed sentence came to.
struct ReplayOutcome {
  SentenceResult sentence;
  /// kHz that firmware wanted to run a layer at and the replay does not list; then the rest means nothing.
  std::optional<std::uint32_t> missing_frequency;
};

class Platform {
 public:
  /// Builds the SoC, loads image and firmware, injects faults, boots until firmware waits for its first job.
  /// @param predictor  of exit policies that predict
  /// @param energy     what energy reports are made with; nullptr: none are made
  /// @param instruments  what looks into the run; what they point to must outlive the platform
  /// @throws Error capacity (the model does not fit a memory), firmware (does not load, or failed), timeout
  /// (never waits), config (the energy table lacks a row this SoC needs), interrupted (the debugger ended it)
  Platform(const SocConfig& config, const ModelImage& image, const rv32::ElfFile& firmware,
           const ExitPredictor& predictor = {}, const energy::EnergyTable* energy = nullptr,
           const Instruments& instruments = {});
  ~Platform();

  /// What `faults` of the configuration did to the memories.
  const FaultReport& faults() const;

  /// What lies in the memories and how far the accelerator's buffers have been used until now.
  std::vector<MemoryUse> memories() const;

  void on_tile(const TileObserver& observer);

  /// Runs one sentence. @param first_segment  tokens of type 0 @param task  of the image, by its number
  /// @throws Error firmware (it failed or ended), timeout (a limit was reached, or everything waits: says who
  /// for what), interrupted (the debugger ended it)
  SentenceResult classify(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                          std::size_t task = 0);
  /// Embedding and first layer of any sentence at a fixed frequency, kHz: of use are their time and energy.
  SentenceResult time_layer(std::uint32_t kilohertz);
  /// Embedding and all layers of the same sentence at the top frequency.
  SentenceResult time_all_layers();
  /// Firmware's decisions on recorded entropies (mailbox::JobKind::replay), by the configuration's policy.
  ReplayOutcome replay(const mailbox::Replay& recorded);
  /// The same through embedding and first layer at a fixed frequency, kHz: what a replay adds to the cycles
  /// it is given.
  SentenceResult time_replayed_layer(std::uint32_t kilohertz, const mailbox::Replay& recorded);
  /// Whether it was given an energy table.
  bool reports_energy() const;
  /// What so much time between two sentences takes at the present voltage and frequency; empty without a
  /// table.
  energy::EnergyReport idle_energy(double seconds);
  /// Asks firmware to end and waits until it has. @throws as classify, and if its exit code is not 0
  void shut_down();

  /// Back door to the memories; counts as a write of that memory. @throws Error(usage) where there is none
  void peek(std::uint64_t address, std::span<std::uint8_t> bytes);
  void poke(std::uint64_t address, std::span<const std::uint8_t> bytes);

  /// The accelerator's frequency now, kHz.
  std::uint32_t accelerator_kilohertz() const;
  double simulated_seconds() const;
  std::uint64_t instructions() const;

 private:
  mailbox::Job new_job(mailbox::JobKind kind);
  mailbox::Job full_length_job();
  SentenceResult run_job(const mailbox::Job& job);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgebert
