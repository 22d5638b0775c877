// SPDX-License-Identifier: Apache-2.0
// The host beside the SoC: loads images and firmware, posts sentences, collects answers and counters,
// enforces limits. Hides SystemC, of which a process can elaborate one model once: one Platform a process.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/mailbox.hpp"
#include "contract/model_image.hpp"
#include "ip/common/observation.hpp"
#include "ip/common/stalls.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/fault_report.hpp"
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

  /// The rest of `cycles`; 0 for what has no commands.
  std::uint64_t idle_cycles(std::uint64_t cycles) const {
    const std::uint64_t used = busy_cycles + stalls.total();
    return commands == 0 || used > cycles ? 0 : cycles - used;
  }
};

/// What one sentence took, from the job's arrival in the mailbox to firmware's answer.
struct SentenceResult {
  mailbox::Result result;
  std::uint64_t cycles;  ///< accelerator cycles
  double seconds;        ///< simulated
  std::uint64_t instructions;
  std::vector<UnitReport> units;          ///< accelerator units, then memories and bus
  std::vector<OperatorReport> operators;  ///< by layer, then in the order of `Operator`
};

class Platform {
 public:
  /// Builds the SoC, loads image and firmware, injects faults, boots until firmware waits for its first job.
  /// @throws Error capacity (the model does not fit a memory), firmware (does not load, or failed), timeout
  /// (never waits)
  Platform(const SocConfig& config, const ModelImage& image, const rv32::ElfFile& firmware);
  ~Platform();

  /// What `faults` of the configuration did to the memories.
  const FaultReport& faults() const;

  void on_tile(const TileObserver& observer);
  void on_console(std::function<void(std::string_view line)> sink);

  /// Runs one sentence. @param first_segment  tokens of type 0
  /// @throws Error firmware (it failed or ended), timeout (a limit was reached, or everything waits: says who
  /// for what)
  SentenceResult classify(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment);
  /// Asks firmware to end and waits until it has. @throws as classify, and if its exit code is not 0
  void shut_down();

  /// Back door to the memories; counts as a write of that memory. @throws Error(usage) where there is none
  void peek(std::uint64_t address, std::span<std::uint8_t> bytes);
  void poke(std::uint64_t address, std::span<const std::uint8_t> bytes);

  double simulated_seconds() const;
  std::uint64_t instructions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgebert
