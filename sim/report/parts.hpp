// SPDX-License-Identifier: Apache-2.0
// What pages show, as they show it: a report without what would make a page of many sentences too large, and
// what a page cannot find out by itself.
#pragma once
#include <nlohmann/json.hpp>

#include "sim/report/report_input.hpp"

namespace edgebert::sim {

/// Of a run with more sentences than this, only picked ones keep their units, operators and energy.
inline constexpr std::size_t most_detailed_sentences = 12;

/// A run: "kind", "name", "report" and "picks", each the "index" of a sentence and "why" it is shown: the
/// first, the fastest, the slowest, most energy, the surest mistake, the closest call ... Without picks all
/// are shown.
nlohmann::ordered_json run_part(const ReportInput& input);

/// A sweep: "kind", "name", "report" whose totals keep their figures but not their rows, and "references":
/// published figures ("quantity", "key", "at", "value", "unit", "provenance", "source") of the swept keys.
nlohmann::ordered_json sweep_part(const ReportInput& input);

}  // namespace edgebert::sim
