// SPDX-License-Identifier: Apache-2.0
// What differs between two runs: answers, inputs, configuration, totals, and who contributes how much to the
// change of cycles, joules and bytes. Contributions add up to the change of the total: where units or
// operators work at the same time, a row of its own says how much more (or less) they overlap.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/report/report_input.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* comparison_schema = "edgebert-compare-1";

/// One side's value of something, and who decided it.
struct ComparedValue {
  std::string value;   ///< "-" where there is none
  std::string origin;  ///< of a configuration's value
};

struct Difference {
  std::string key;
  ComparedValue a, b;
};

struct Answer {
  std::string prediction;
  std::uint64_t exit_layer;
  bool operator==(const Answer&) const = default;
};

struct DifferentAnswer {
  std::uint64_t index;
  std::string text;
  Answer a, b;
};

struct Contribution {
  std::string name;
  double a = 0;
  double b = 0;
  double delta() const { return b - a; }
};

/// Who contributes how much to a change.
struct Breakdown {
  std::string quantity;  ///< "cycles", "energy" or "bytes"
  std::string by;        ///< "layer", "unit", "memory" or "operator"
  std::string unit;      ///< "cycles", "J" or "B"
  Contribution total;
  std::vector<Contribution> rows;  ///< the largest change first
};

struct RunComparison {
  struct Side {
    std::string name;  ///< as given
    std::string soc;
    std::uint64_t sentences;
  };
  Side a, b;
  bool same_sentences = false;           ///< and so answers are compared, one by one
  std::vector<DifferentAnswer> answers;  ///< that differ
  std::vector<Difference> inputs;        ///< versions and hashes that differ
  std::vector<Difference> configuration;
  std::vector<Contribution> totals;  ///< of what both sides have
  std::vector<Breakdown> breakdowns;
  std::vector<std::string> notes;  ///< what could not be compared, and why
};

/// @throws Error(Failure::input) if one of them is not a run or lacks something
RunComparison compare_runs(const ReportInput& a, const ReportInput& b);

/// @param width  columns a line may have
std::string text_of(const RunComparison& comparison, const Style& style, std::size_t width);

/// One object, docs/reports.md.
nlohmann::ordered_json object_of(const RunComparison& comparison);

}  // namespace edgebert::sim
