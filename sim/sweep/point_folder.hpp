// SPDX-License-Identifier: Apache-2.0
// What lies in a point's folder.
//
//   config.yaml   the resolved configuration; `edgebert-sim run config.yaml ...` repeats the point
//   point.json    the arguments the point is run with, and its time limit
//   log           what the run wrote, stdout first
//   result.json   its report, docs/run_json.md; there only if the run came to its end
//   outcome.json  what became of it; there only while a Slurm task waits for its sweep to read it
//
// result.json is the one witness that a point is done: it appears by rename, and says itself what it is of.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "platform/config/soc_config.hpp"
#include "sim/sweep/launcher.hpp"

namespace edgebert::sim {

inline constexpr const char* config_name = "config.yaml";
inline constexpr const char* result_name = "result.json";

/// What determines a point's result.
struct Identity {
  std::string version;       ///< of the program
  std::string program_hash;  ///< of its executable: a version may be built from changed sources
  std::string config_hash;
  std::string model_hash;
  std::string firmware_hash;
  std::string energy_table_hash;  ///< empty without a table
  std::string inputs_hash;
  bool checked = false;  ///< compared with golden
};

/// What a sweep keeps of a point's report.
struct PointResult {
  nlohmann::ordered_json totals;
};

/// The result in a folder, if it is of this identity.
/// @param difference  if not: what is different, or that there is none
std::optional<PointResult> result_in(const std::filesystem::path& folder, const Identity& identity,
                                     std::string& difference);

/// Makes the folder ready for a run: no earlier result, and everything the run needs.
/// @throws Error(Failure::input) if that cannot be written
void prepare_folder(const Task& task, const SocConfig& soc);

/// The result of another point, which differs in nothing but faults.seed, becomes this one's.
/// @throws Error(Failure::input) if it cannot be read or written
void copy_result(const std::filesystem::path& from, const std::filesystem::path& to,
                 const std::string& config_hash, std::uint32_t seed);

/// The task as prepare_folder wrote it.
/// @throws Error(Failure::input) if it is not there
Task task_in(const std::filesystem::path& folder);

/// Leaves the outcome for the sweep to read.
/// @throws Error(Failure::input) if it cannot be written
void write_outcome(const std::filesystem::path& folder, const Outcome& outcome);

/// The outcome, if there is one, which is then removed.
std::optional<Outcome> take_outcome(const std::filesystem::path& folder);

}  // namespace edgebert::sim
