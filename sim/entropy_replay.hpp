// SPDX-License-Identifier: Apache-2.0
// What replaying recorded entropies found, before it becomes text or JSON.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "sim/layer_cost.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* entropy_replay_schema = "edgebert-entropy-replay-1";

/// What a report says about where entropies came from.
inline constexpr const char* entropy_source =
    "recorded entropies, through the test registers of the early-exit unit; a layer is one test command of "
    "the "
    "cycles that a simulated one takes";

struct ReplayedSentence {
  std::uint32_t exit_layer = 0;
  std::optional<std::uint32_t> predicted_layer;
  double seconds = 0;  ///< simulated, from arrival to answer
  bool deadline_missed = false;
  bool deadline_infeasible = false;
  std::vector<std::uint32_t> kilohertz;  ///< one a computed layer
  std::optional<double> energy_joules;   ///< nothing without an energy table
};

struct EntropyReplayReport {
  SocConfig soc;
  std::string config_file;
  std::string config_hash;
  std::string model_file;
  std::string model_hash;
  std::string firmware_hash;
  std::string predictor_hash;  ///< empty if no exits are predicted
  std::string entropies_file;
  std::string entropies_hash;
  std::uint32_t layers = 0;

  std::vector<ReplayedSentence> sentences;
  std::vector<LayerCost> costs;      ///< by ascending frequency
  std::uint64_t disagreements = 0;   ///< sentences whose exit golden's rules place elsewhere
  std::optional<std::size_t> first;  ///< of them, from 0
  double wall_seconds = 0;

  double average_exit_layer() const;
  /// Sentences that left behind each layer.
  std::vector<std::uint64_t> exit_histogram() const;
  double simulated_seconds() const;
  std::optional<double> energy_joules() const;
  std::size_t missed_deadlines() const;
  std::size_t infeasible_deadlines() const;
  /// Latency below which this share of the sentences ends.
  double latency_quantile(double share) const;
};

std::string text_of(const EntropyReplayReport& report, const Style& style);

/// One object, docs/exit_policies.md.
std::string json_of(const EntropyReplayReport& report);

}  // namespace edgebert::sim
