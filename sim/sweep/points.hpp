// SPDX-License-Identifier: Apache-2.0
// The points of a sweep: every combination of the values of some configuration keys, the last key's values
// changing fastest.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/config/schema.hpp"

namespace edgebert::sim {

/// More points than this are a slip of the pen.
inline constexpr std::size_t most_points = 100'000;

/// A configuration key and the values it takes.
struct Axis {
  const config::Key* key;
  std::vector<std::string> values;  ///< as given
};

/// A value of an axis.
struct PointValue {
  std::string shown;      ///< as a person writes it: "128 KiB"; as given if the key refuses it
  std::string canonical;  ///< in the base unit, without one: "131072"; as given if the key refuses it
  bool number = false;    ///< canonical is one
};

struct Point {
  std::vector<PointValue> values;  ///< one an axis
  std::string folder;              ///< its name: "pu.vmac_lanes=16,buffers.data=64KiB"
  std::optional<SocConfig> soc;    ///< nothing if the configuration is refused
  std::string config_hash;
  std::string error;  ///< why it is refused
};

/// Settings "key.path=value,value...", one an axis.
/// @throws Error(Failure::usage) for no setting, a key given twice, a value that is empty or given twice, or
/// too many points; Error(Failure::config) for a key that does not exist
std::vector<Axis> axes_of(std::span<const std::string> settings);

/// All points, each with its resolved configuration.
/// @throws Error(Failure::config) if the file is refused without any setting
std::vector<Point> points_of(const std::filesystem::path& file, std::span<const Axis> axes);

}  // namespace edgebert::sim
