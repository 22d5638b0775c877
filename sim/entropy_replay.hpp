// SPDX-License-Identifier: Apache-2.0
// What replaying recorded entropies found, before it becomes text or JSON.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "platform/energy/energy_table.hpp"
#include "sim/sentence_replay.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* entropy_replay_schema = "edgebert-entropy-replay-1";

/// What a report says about where entropies came from.
inline constexpr const char* entropy_source =
    "recorded entropies, through the test registers of the early-exit unit; a layer is one test command of "
    "the "
    "cycles that a simulated one takes";

/// Of a distribution over sentences.
struct Distribution {
  double mean = 0;
  double least = 0;
  double median = 0;
  double ninth_decile = 0;
  double most = 0;
};
/// @param values  at least one
Distribution distribution_of(std::vector<double> values);

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

  std::optional<energy::EnergyTable> energy_table;
  std::vector<ReplayedSentence> sentences;
  std::vector<LayerCost> costs;  ///< by ascending frequency
  std::optional<LayerSpread> spread;
  std::uint64_t disagreements = 0;   ///< sentences whose exit golden's rules place elsewhere
  std::optional<std::size_t> first;  ///< of them, from 0
  double wall_seconds = 0;

  double average_exit_layer() const;
  /// Sentences that left behind each layer.
  std::vector<std::uint64_t> exit_histogram() const;
  double simulated_seconds() const;
  /// Of all sentences; nothing without an energy table.
  std::optional<SentenceJoules> energy() const;
  std::size_t missed_deadlines() const;
  std::size_t infeasible_deadlines() const;
  Distribution latencies() const;
  /// Joules of the SoC; nothing without an energy table.
  std::optional<Distribution> energies() const;
};

/// As configurations spell it.
std::string policy_name(mailbox::ExitPolicy policy);

std::string text_of(const EntropyReplayReport& report, const Style& style);

/// One object, docs/exit_policies.md.
std::string json_of(const EntropyReplayReport& report);

}  // namespace edgebert::sim
