// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report_input.hpp"

#include <fmt/format.h>

#include "contract/file.hpp"
#include "sim/run_report.hpp"
#include "sim/sweep/point_folder.hpp"
#include "sim/sweep/tables.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const char* attempt, const fs::path& path, const std::string& why) {
  throw Error(Failure::input, fmt::format("{}: cannot read '{}': {}", attempt, path.string(), why));
}

fs::path file_of(const fs::path& path, const char* attempt) {
  if (!fs::is_directory(path)) return path;
  for (const char* name : {sweep_json_name, result_name}) {
    if (fs::exists(path / name)) return path / name;
  }
  refuse(attempt, path,
         fmt::format(
             "the folder has neither {} nor {}; give the file of run --json, or the folder of a sweep that "
             "has ended or of one of its points",
             sweep_json_name, result_name));
}

Json parsed(const fs::path& file, const char* attempt) {
  const std::vector<std::uint8_t> bytes = read_file(file, "report");
  try {
    return Json::parse(bytes.begin(), bytes.end());
  } catch (const Json::parse_error& error) {
    refuse(attempt, file,
           fmt::format("it is not JSON from byte {} on; give the file of run --json", error.byte));
  }
}

/// Refuses what the pages could not show, by the kinds of the members they begin with.
void check_members(const char* attempt, const ReportInput& input) {
  using Type = Json::value_t;
  const std::vector<std::pair<const char*, Type>> run = {
      {"sentences", Type::array}, {"totals", Type::object},  {"labels", Type::array},
      {"exit", Type::object},     {"memories", Type::array}, {"configuration", Type::array},
      {"model", Type::object},    {"hertz", Type::object},   {"soc", Type::string}};
  const std::vector<std::pair<const char*, Type>> sweep = {
      {"keys", Type::array}, {"points", Type::array}, {"soc", Type::string}};
  for (const auto& [name, type] : input.kind == ReportInput::Kind::run ? run : sweep) {
    const auto member = input.json.find(name);
    if (member == input.json.end() || member->type() != type)
      refuse(attempt, input.file, fmt::format("it lacks '{}': another version wrote it; run again", name));
  }
  if (input.kind == ReportInput::Kind::run && input.json["sentences"].empty())
    refuse(attempt, input.file, "it has no sentence");
}

}  // namespace

ReportInput read_report_input(const fs::path& path, const char* attempt) {
  ReportInput input{ReportInput::Kind::run, path.string(), file_of(path, attempt), {}};
  input.json = parsed(input.file, attempt);
  const Json member = input.json.is_object() ? input.json.value("schema", Json()) : Json();
  const std::string schema = member.is_string() ? member.get<std::string>() : "";
  if (schema == sweep_schema) {
    input.kind = ReportInput::Kind::sweep;
  } else if (schema != run_schema) {
    refuse(attempt, input.file,
           fmt::format("its schema is {}; {} reads {} (run --json) and {} (sweep)",
                       schema.empty() ? "missing" : "'" + schema + "'", attempt, run_schema, sweep_schema));
  }
  check_members(attempt, input);
  return input;
}

}  // namespace edgebert::sim
