// SPDX-License-Identifier: Apache-2.0
// edgebert-sim compare: what differs between two runs, and why.
#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "sim/commands.hpp"
#include "sim/compare/comparison.hpp"
#include "sim/html_safe.hpp"
#include "sim/inputs.hpp"
#include "sim/report/page.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

std::string json_of(const Json& comparison) {
  return html_safe_json(comparison.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

void write_page(const RunComparison& comparison, const std::filesystem::path& output) {
  const Json part = {{"kind", "comparison"}, {"report", object_of(comparison)}};
  const std::string page =
      page_of(fmt::format("{} and {}", comparison.a.name, comparison.b.name), Json::array({part}));
  write_file(output, {reinterpret_cast<const std::uint8_t*>(page.data()), page.size()}, Durability::flushed);
}

}  // namespace

int compare(const CompareOptions& options) {
  const ReportInput a = read_report_input(options.a, "compare");
  const ReportInput b = read_report_input(options.b, "compare");
  const RunComparison comparison = compare_runs(a, b);
  if (options.json && *options.json != "-") check_output(*options.json, {a.file, b.file});
  if (options.html) {
    check_output(*options.html, {a.file, b.file});
    if (options.json && *options.html == *options.json)
      throw Error(Failure::usage, "compare: --json and --html name the same file");
    write_page(comparison, *options.html);
  }
  write_reports(options.json, options.json ? json_of(object_of(comparison)) : "",
                text_of(comparison, style_of(STDOUT_FILENO), page_width(STDOUT_FILENO)));
  return 0;
}

}  // namespace edgebert::sim
