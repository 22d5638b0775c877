// SPDX-License-Identifier: Apache-2.0
// What `report` and `compare` read: the JSON of a run, or of a sweep.
#pragma once
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace edgebert::sim {

struct ReportInput {
  enum class Kind { run, sweep };

  Kind kind;
  std::string name;            ///< as given on the command line
  std::filesystem::path file;  ///< that was read
  nlohmann::ordered_json json;
};

/// @param path     the JSON of `run --json`, a sweep's folder or its sweep.json, or the folder of a point
/// @param attempt  for messages: "report"
/// @throws Error(Failure::input) if there is nothing of the kind, it is not JSON, of another form, or not
/// whole
ReportInput read_report_input(const std::filesystem::path& path, const char* attempt);

}  // namespace edgebert::sim
