// SPDX-License-Identifier: Apache-2.0
#include "ip/dvfs/transition.hpp"

namespace edgebert::dvfs {
namespace {

bool ascending(std::span<const LutRow> table) {
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table[i].kilohertz <= table[i - 1].kilohertz || table[i].microvolts < table[i - 1].microvolts)
      return false;
  }
  return !table.empty();
}

/// Whether the part runs at a point, and regulator and oscillator can give it.
bool reachable(const VfPoint& point, const Parameters& p) {
  if (point.microvolts > p.ldo.highest()) return false;
  if (point.kilohertz < p.adpll.lowest() || point.kilohertz > p.adpll.highest()) return false;
  const auto fastest = p.curve.frequency_at(point.microvolts);
  return fastest && point.kilohertz <= *fastest;
}

}  // namespace

Choice choose(std::span<const LutRow> table, std::uint32_t target_kilohertz, const Parameters& p) {
  if (!ascending(table)) return {{}, Error::bad_table};
  for (const LutRow& row : table) {
    if (row.kilohertz < target_kilohertz) continue;
    const std::uint64_t stepped = p.adpll.step_for(target_kilohertz);
    const VfPoint point{p.ldo.step_for(row.microvolts),
                        static_cast<std::uint32_t>(std::min<std::uint64_t>(stepped, row.kilohertz))};
    return {point, reachable(point, p) ? Error{} : Error::unreachable_point};
  }
  return {{}, Error::target_too_high};
}

std::vector<VfPoint> characterised_points(const Parameters& p, std::uint32_t reset_kilohertz) {
  std::vector<VfPoint> points;
  const std::uint32_t width = Ldo::microvolts_of(p.ldo.step);
  for (std::uint32_t v = p.ldo.step_for(p.curve.slowest().microvolts); v <= p.ldo.highest(); v += width) {
    const auto fastest = p.curve.frequency_at(v);
    if (!fastest) break;
    const std::uint32_t kilohertz = std::min({*fastest, reset_kilohertz, p.adpll.highest()});
    if (kilohertz >= p.adpll.lowest()) points.push_back({v, kilohertz});
    if (kilohertz < *fastest || kilohertz == reset_kilohertz) break;
  }
  return points;
}

Transition transition(const VfPoint& from, const VfPoint& to, const Parameters& p) {
  const double settle = p.ldo.settle_seconds(from.microvolts, to.microvolts);
  const double lock = from.kilohertz == to.kilohertz ? 0 : p.adpll.lock_time * 1e-9;
  if (to.microvolts > from.microvolts) return {true, 0, settle + lock};
  return {false, lock, settle};
}

}  // namespace edgebert::dvfs
