// SPDX-License-Identifier: Apache-2.0
#include "sim/profile_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

/// A name of at most so many columns, without the namespaces all of firmware shares.
std::string shown(std::string name) {
  constexpr std::string_view shared = "edgebert::firmware::";
  constexpr std::size_t columns = 46;
  if (name.starts_with(shared)) name.erase(0, shared.size());
  return elided(name, columns);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

Json json_of(const debug::CoreTime& time) {
  return {{"executed_cycles", time.executed}, {"slept_cycles", time.slept}};
}

}  // namespace

std::string text_of(const debug::ProfileReport& report, const Style& style) {
  const std::uint64_t all = report.total.executed + report.total.slept;
  std::string text =
      fmt::format("\nfirmware   {} core cycles from reset to its end: {} executed, {} slept\n\n",
                  grouped(all), grouped(report.total.executed), grouped(report.total.slept));
  text += dim(fmt::format("  {:<46} {:>9} {:>11} {:>7} {:>12} {:>7}\n", "function", "calls", "executed", "",
                          "with callees", "slept"),
              style);
  std::size_t small = 0;
  for (const debug::FunctionProfile& function : report.functions) {
    if (function.self.executed * 1000 < report.total.executed &&
        function.self.slept * 1000 < report.total.slept) {
      ++small;
      continue;
    }
    text += fmt::format("  {:<46} {:>9} {:>11} {:>5.1f} % {:>12} {:>5.1f} %\n", shown(function.name),
                        grouped(function.calls), grouped(function.self.executed),
                        share(function.self.executed, report.total.executed),
                        grouped(function.total.executed), share(function.total.slept, report.total.slept));
  }
  if (small != 0) text += fmt::format("  and {} functions with less than 0.1 % each\n", small);
  text += dim(
      fmt::format("\n  {:<46} {:>9} {:>11} {:>7}\n", "slept until the interrupt of", "times", "cycles", ""),
      style);
  for (const debug::WaitProfile& wait : report.waits) {
    text += fmt::format("  {:<46} {:>9} {:>11} {:>5.1f} %\n", wait.cause, grouped(wait.waits),
                        grouped(wait.cycles), share(wait.cycles, report.total.slept));
  }
  return text;
}

std::string json_of(const debug::ProfileReport& report) {
  Json functions = Json::array();
  for (const debug::FunctionProfile& function : report.functions) {
    functions.push_back({{"function", function.name},
                         {"calls", function.calls},
                         {"instructions", function.instructions},
                         {"self", json_of(function.self)},
                         {"with_callees", json_of(function.total)}});
  }
  Json waits = Json::array();
  for (const debug::WaitProfile& wait : report.waits)
    waits.push_back({{"interrupt", wait.cause}, {"waits", wait.waits}, {"cycles", wait.cycles}});
  const Json root = {{"schema", profile_schema},
                     {"quantities", {{"cycles", "core clock cycles from reset to firmware's end"}}},
                     {"total", json_of(report.total)},
                     {"functions", std::move(functions)},
                     {"waits", std::move(waits)}};
  return root.dump(2) + "\n";
}

}  // namespace edgebert::sim
