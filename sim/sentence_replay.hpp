// SPDX-License-Identifier: Apache-2.0
// Firmware's decisions on the recorded entropies of a sentence: exit, latency, energy.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "sim/layer_cost.hpp"

namespace edgebert::sim {

/// Joules of a sentence, with the time from its answer to its deadline if there is one.
struct SentenceJoules {
  double soc = 0;
  double accelerator = 0;       ///< of the three domains with the accelerator's voltage
  double idle = 0;              ///< of `soc`: from the answer to the deadline
  double accelerator_idle = 0;  ///< of `accelerator`, likewise
};

struct ReplayedSentence {
  std::uint32_t exit_layer = 0;
  std::optional<std::uint32_t> predicted_layer;
  double seconds = 0;  ///< simulated, from arrival to answer
  bool deadline_missed = false;
  bool deadline_infeasible = false;
  std::vector<std::uint32_t> kilohertz;  ///< one a computed layer
  std::optional<SentenceJoules> energy;  ///< nothing without an energy table
};

class SentenceReplay {
 public:
  /// Simulates a layer at the top frequency, and with an energy table a sentence through all layers.
  /// @param config  the platform's
  SentenceReplay(Platform& platform, const SocConfig& config);

  /// Replays a sentence, simulating a layer at each frequency that firmware asks for and nobody knows yet.
  /// @param entropies  one a layer of the model, 16 fraction bits
  ReplayedSentence run(const std::vector<std::uint32_t>& entropies);

  const LayerCosts& costs() const { return costs_; }

 private:
  SentenceJoules joules_of(const SentenceResult& answer, const ReplayedSentence& sentence);

  Platform& platform_;
  double deadline_seconds_;
  LayerCosts costs_;
};

}  // namespace edgebert::sim
