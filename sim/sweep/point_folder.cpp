// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/point_folder.hpp"

#include <fmt/format.h>

#include "contract/file.hpp"
#include "platform/config/writer.hpp"
#include "sim/html_safe.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* point_name = "point.json";
constexpr const char* outcome_name = "outcome.json";

void write_text(const fs::path& path, const std::string& text, Durability durability = Durability::cached) {
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, durability);
}

/// A JSON file; null if there is none or it is not whole.
Json json_in(const fs::path& path) {
  try {
    const std::vector<std::uint8_t> bytes = read_file(path, "file");
    return Json::parse(bytes.begin(), bytes.end(), nullptr, false);
  } catch (const Error&) {
    return nullptr;
  }
}

/// What writers that were killed, and earlier runs, left.
void remove_leftovers(const fs::path& folder) {
  for (const char* name : {result_name, outcome_name}) fs::remove(folder / name);
  std::vector<fs::path> temporaries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".tmp") temporaries.push_back(entry.path());
  }
  for (const fs::path& temporary : temporaries) fs::remove(temporary);
}

}  // namespace

std::optional<PointResult> result_in(const fs::path& folder, const Identity& identity,
                                     std::string& difference) {
  Json report = json_in(folder / result_name);
  if (!report.is_object()) {
    difference = "the run left no result";
    return std::nullopt;
  }
  const auto text = [&](const Json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string()
               ? object[key].get<std::string>()
               : std::string();
  };
  const Json host = report.value("host", Json::object());
  const Json energy = report.value("energy", Json::object());
  const Json table = energy.is_object() ? energy.value("table", Json::object()) : Json::object();
  const struct {
    const char* what;
    std::string found;
    std::string expected;
  } parts[] = {{"report's form", text(report, "schema"), run_schema},
               {"program", text(report, "version"), identity.version},
               {"program", text(host, "program_hash"), identity.program_hash},
               {"configuration", text(report, "config_hash"), identity.config_hash},
               {"model image", text(report, "model_hash"), identity.model_hash},
               {"firmware", text(report, "firmware_hash"), identity.firmware_hash},
               {"energy table", text(table, "hash"), identity.energy_table_hash},
               {"sentences", text(report, "inputs_hash"), identity.inputs_hash}};
  for (const auto& part : parts) {
    if (part.found == part.expected) continue;
    difference = fmt::format("the {} changed while the sweep ran; sweep again", part.what);
    return std::nullopt;
  }
  const Json totals = report.value("totals", Json::object());
  const Json checks = totals.value("checks", Json::object());
  if ((checks.value("tensors_compared", std::uint64_t{0}) != 0) != identity.checked) {
    difference = "the result was not made with the sweep's --check";
    return std::nullopt;
  }
  return PointResult{totals};
}

void prepare_folder(const Task& task, const SocConfig& soc) {
  try {
    fs::create_directories(task.folder);
    remove_leftovers(task.folder);
  } catch (const fs::filesystem_error& error) {
    throw Error(Failure::input, fmt::format("cannot write '{}': {}", task.folder.filename().string(),
                                            error.code().message()));
  }
  const Json point = {{"arguments", task.arguments},
                      {"timeout_seconds", task.timeout ? Json(*task.timeout) : Json(nullptr)}};
  write_text(task.folder / config_name, config::yaml_of(soc));
  write_text(task.folder / point_name, point.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void copy_result(const fs::path& from, const fs::path& to, const std::string& config_hash,
                 std::uint32_t seed) {
  const Json source = json_in(from / result_name);
  Json report = Json::object();
  for (const auto& [key, value] : source.items()) {
    report[key] = value;
    if (key != "config_hash") continue;
    report[key] = config_hash;
    report["same_as"] = from.filename().string();
  }
  if (!report.contains("same_as") || !report.contains("configuration"))
    throw Error(Failure::input, fmt::format("the result in '{}' is not whole", from.filename().string()));
  for (Json& row : report["configuration"]) {
    if (row["key"] == "faults.seed") row["value"] = std::to_string(seed);
  }
  write_text(to / result_name, html_safe_json(report.dump(2)) + "\n", Durability::flushed);
}

Task task_in(const fs::path& folder) {
  const Json point = json_in(folder / point_name);
  try {
    Task task{folder, point.at("arguments").get<std::vector<std::string>>(), std::nullopt};
    if (const Json& timeout = point.at("timeout_seconds"); !timeout.is_null())
      task.timeout = timeout.get<double>();
    return task;
  } catch (const Json::exception&) {
    throw Error(Failure::input,
                fmt::format("cannot run the point in '{}': it has no {}; start the sweep again",
                            folder.string(), point_name));
  }
}

void write_outcome(const fs::path& folder, const Outcome& outcome) {
  const Json json = {{"status", outcome.status}, {"error", outcome.error}};
  write_text(folder / outcome_name, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n",
             Durability::flushed);
}

std::optional<Outcome> take_outcome(const fs::path& folder) {
  const Json json = json_in(folder / outcome_name);
  if (!json.is_object()) return std::nullopt;
  std::error_code ignored;
  fs::remove(folder / outcome_name, ignored);
  return Outcome{json.value("status", status_crashed), json.value("error", "")};
}

}  // namespace edgebert::sim
