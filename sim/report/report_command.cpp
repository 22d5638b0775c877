// SPDX-License-Identifier: Apache-2.0
// edgebert-sim report: runs and sweeps as one HTML page.
#include <fmt/format.h>

#include "contract/file.hpp"
#include "sim/commands.hpp"
#include "sim/inputs.hpp"
#include "sim/report/page.hpp"
#include "sim/report/parts.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

Json part_of(const ReportInput& input) {
  try {
    return input.kind == ReportInput::Kind::run ? run_part(input) : sweep_part(input);
  } catch (const Json::exception&) {
    throw Error(Failure::input,
                fmt::format("report: cannot read '{}': it is not as this program writes it; run again",
                            input.file.string()));
  }
}

}  // namespace

int report(const ReportOptions& options) {
  std::vector<ReportInput> inputs;
  for (const std::filesystem::path& path : options.inputs)
    inputs.push_back(read_report_input(path, "report"));
  std::vector<std::filesystem::path> files;
  for (const ReportInput& input : inputs) files.push_back(input.file);
  check_output(options.output, files);
  Json parts = Json::array();
  for (const ReportInput& input : inputs) parts.push_back(part_of(input));
  const std::string title = fmt::format("{}: {}", inputs.front().json["soc"].get<std::string>(),
                                        inputs.front().kind == ReportInput::Kind::run ? "run" : "sweep");
  const std::string page = page_of(title, parts);
  write_file(options.output, {reinterpret_cast<const std::uint8_t*>(page.data()), page.size()},
             Durability::flushed);
  return 0;
}

}  // namespace edgebert::sim
