// SPDX-License-Identifier: Apache-2.0
// The energy part of the text report.
#pragma once
#include <string>
#include <vector>

#include "sim/run_report.hpp"

namespace edgebert::sim {

/// "84.2 uJ".
std::string joules(double value);

/// The units that take most, a head and a row each.
std::vector<std::string> energy_rows(const energy::EnergyReport& report, const Style& style);

/// Totals: energy a sentence, what the numbers are made of, area.
std::vector<std::pair<std::string, std::string>> energy_fields(const RunReport& report);

}  // namespace edgebert::sim
