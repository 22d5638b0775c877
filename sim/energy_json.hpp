// SPDX-License-Identifier: Apache-2.0
// The energy part of the JSON report, docs/run_json.md.
#pragma once
#include <nlohmann/json.hpp>

#include "sim/run_report.hpp"

namespace edgebert::sim {

/// What a sentence or several took; the power trace with a single one.
nlohmann::ordered_json energy_json(const energy::EnergyReport& report, const energy::EnergyTable& table);

/// Which table, at what voltage, and the SoC's area; null without a table.
nlohmann::ordered_json energy_head(const RunReport& report);

}  // namespace edgebert::sim
