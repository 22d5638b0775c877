// SPDX-License-Identifier: Apache-2.0
#include "sim/reference_cycles.hpp"

#include <map>
#include <sstream>

namespace edgebert::sim {
namespace {

/// Names of units in the tables.
const std::map<std::string, std::string> units = {{"softmax", "softmax"}, {"layernorm", "layernorm"},
                                                  {"elemadd", "add"},     {"entropy", "entropy"},
                                                  {"SMAX", "softmax"},    {"LN", "layernorm"},
                                                  {"EADD", "add"},        {"ENPY", "entropy"},
                                                  {"PU", "product"},      {"DVFS", "dvfs"}};

/// Every run of the top level computed 32 x 32 x 32.
constexpr std::uint32_t top_level_edge = 32;

MeasuredRun run_of(Reference which, const std::vector<std::string>& fields) {
  const auto number = [&](std::size_t at) { return static_cast<std::uint32_t>(std::stoul(fields.at(at))); };
  const std::uint64_t cycles = std::stoull(fields.back());
  if (which == Reference::matrix_unit)
    return {.unit = "product",
            .lanes = number(0),
            .n0 = number(1),
            .m = number(2),
            .n1 = number(3),
            .cycles = cycles};
  const bool top = which == Reference::top_level;
  MeasuredRun run{.unit = units.at(fields.at(top ? 1 : 0)),
                  .lanes = number(top ? 0 : 2),
                  .vectors = number(top ? 2 : 3),
                  .rows = number(top ? 3 : 4),
                  .cycles = cycles};
  if (run.unit == "product") run.n0 = run.m = run.n1 = top_level_edge;
  return run;
}

}  // namespace

std::vector<MeasuredRun> measured_runs(Reference which) {
  std::istringstream lines(reference_text(which));
  std::vector<MeasuredRun> runs;
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line);) {
    std::istringstream text(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    if (fields.size() > 1 && fields[1] != "phase") runs.push_back(run_of(which, fields));
  }
  return runs;
}

}  // namespace edgebert::sim
