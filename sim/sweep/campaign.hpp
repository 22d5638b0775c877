// SPDX-License-Identifier: Apache-2.0
// Fault campaigns: the points of a sweep that differ in faults.seed alone are trials of one campaign.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/tables.hpp"

namespace edgebert::sim {

struct Statistics {
  double mean;
  double minimum;
  double maximum;
};

struct Campaign {
  std::vector<PointValue> values;  ///< of the axes that are not the seed, in their order
  std::size_t trials = 0;
  std::size_t failed = 0;              ///< ended without an answer; not part of the statistics
  std::size_t unharmed = 0;            ///< trials without a wrong bit
  std::optional<Statistics> accuracy;  ///< nothing without labels
  std::optional<Statistics> wrong_bits;
};

/// One campaign for each combination of the other axes, in the order of the points; none if faults.seed is
/// not swept.
std::vector<Campaign> campaigns_of(const SweepReport& report);

/// The other axes of a sweep over seeds.
std::vector<const Axis*> campaign_axes(const SweepReport& report);

/// A table for people; empty without campaigns.
std::string campaigns_text(const SweepReport& report, const Style& style);

}  // namespace edgebert::sim
