// SPDX-License-Identifier: Apache-2.0
// How fast the accelerator's logic runs at a voltage: points that were measured or assumed, straight lines
// between them, nothing outside of them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/error.hpp"

namespace edgebert::dvfs {

/// The fastest clock at a voltage.
struct VfPoint {
  std::uint32_t microvolts;
  std::uint32_t kilohertz;
  bool operator==(const VfPoint&) const = default;
};

/// configs/vf/edgebert-12nm.yaml, for configurations that name no table.
inline const std::vector<VfPoint> default_points = {
    {500'000, 384'000}, {550'000, 507'000}, {600'000, 621'000},  {650'000, 727'000},
    {700'000, 824'000}, {750'000, 915'000}, {800'000, 1'000'000}};

class VfCurve {
 public:
  /// @throws Error(Failure::config) unless voltage and frequency both rise from point to point
  explicit VfCurve(std::vector<VfPoint> points) : points_(std::move(points)) {
    if (points_.empty())
      throw edgebert::Error(Failure::config, "V/f table: no points; it needs at least one");
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (points_[i].microvolts <= points_[i - 1].microvolts ||
          points_[i].kilohertz <= points_[i - 1].kilohertz)
        throw edgebert::Error(Failure::config,
                              "V/f table: point " + std::to_string(i + 1) +
                                  " is not above the one before it in voltage and frequency");
    }
  }

  const std::vector<VfPoint>& points() const { return points_; }
  const VfPoint& slowest() const { return points_.front(); }
  const VfPoint& fastest() const { return points_.back(); }

  /// The fastest clock at a voltage, in kHz rounded down; nothing outside the points.
  std::optional<std::uint32_t> frequency_at(std::uint32_t microvolts) const {
    if (microvolts < slowest().microvolts || microvolts > fastest().microvolts) return std::nullopt;
    std::size_t i = 1;
    while (i < points_.size() && points_[i].microvolts < microvolts) ++i;
    if (i == points_.size()) return slowest().kilohertz;
    const VfPoint& low = points_[i - 1];
    const VfPoint& high = points_[i];
    const std::uint64_t rise = std::uint64_t{high.kilohertz - low.kilohertz} * (microvolts - low.microvolts);
    return low.kilohertz + static_cast<std::uint32_t>(rise / (high.microvolts - low.microvolts));
  }

 private:
  std::vector<VfPoint> points_;
};

}  // namespace edgebert::dvfs
