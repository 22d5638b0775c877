// SPDX-License-Identifier: Apache-2.0
// A sweep's results: sweep.csv for charts, sweep.json for programs, a table for people. None of them says
// when, where or how many at a time the points were run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/point_folder.hpp"
#include "sim/sweep/points.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* sweep_json_name = "sweep.json";
inline constexpr const char* sweep_schema = "edgebert-sweep-1";

struct SweepRow {
  const Point* point;
  Identity identity;  ///< empty where the point could not be resolved
  Outcome outcome;
  std::optional<PointResult> result;
};

struct SweepReport {
  std::string soc;          ///< the configuration's name
  std::string inputs_hash;  ///< of the sentences
  bool checked = false;
  std::vector<Axis> axes;
  std::vector<SweepRow> rows;  ///< one a point, in the order of points_of
};

/// Comma-separated values with a header line (RFC 4180, lines ended by LF): the keys, status, totals,
/// every figure of every unit, the error. Values of keys in their base unit; cells a point has no value for
/// are empty.
std::string csv_of(const SweepReport& report);

std::string json_of(const SweepReport& report);

/// A table at most `width` columns wide: what does not fit is left out, keys and status never.
std::string text_of(const SweepReport& report, const Style& style, std::size_t width);

}  // namespace edgebert::sim
