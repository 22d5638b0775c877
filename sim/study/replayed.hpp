// SPDX-License-Identifier: Apache-2.0
// What studies take from reports of replay-entropies (docs/exit_policies.md), and what they replay.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/study/study_runs.hpp"

namespace edgebert::sim {

/// Means over the sentences of a replay; milliseconds and millijoules.
struct Replayed {
  double exit_layer;
  double milliseconds;
  double soc;               ///< with the idle time up to the deadline, if there is one
  double accelerator;       ///< likewise, of its three power domains
  double busy_accelerator;  ///< of `accelerator`: from arrival to answer
  std::uint64_t sentences;
  std::uint64_t missed_deadlines;
  std::uint64_t infeasible_deadlines;
  std::vector<double> accelerator_of_each;  ///< as `accelerator`, each sentence
  std::vector<std::uint64_t> exit_of_each;
};

Replayed replayed_of(const nlohmann::ordered_json& report);

/// The SST-2 log and table of the authors' ALBERT-base through a policy.
/// @param overrides  besides policy and threshold
ReplayRun sst2_replay(const std::string& name, const std::filesystem::path& model, const std::string& policy,
                      double threshold, std::vector<std::string> overrides = {});

/// The energy table the study's figures rest on, as configured: "edgebert-12nm, 61f2...".
std::string energy_label(const nlohmann::ordered_json& report);

}  // namespace edgebert::sim
