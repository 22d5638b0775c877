// SPDX-License-Identifier: Apache-2.0
// V/f tables (configs/vf/*.yaml):
//   version: 1
//   points:
//     - {voltage: 0.62 V, frequency: 76.8 MHz, source: "where from", kind: measured}
// Both columns rise from row to row; kind is measured, derived, recalled or assumed.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "ip/dvfs/vf_curve.hpp"

namespace edgebert::config {

/// @throws Error(Failure::config) with FILE:LINE:COLUMN: no or too many rows, a row with an unknown, missing
/// or malformed value, or one that is not above the row before it
std::vector<dvfs::VfPoint> read_vf_table(const std::filesystem::path& file);

/// The same from text; `file` is its name in messages.
std::vector<dvfs::VfPoint> vf_table_of(const std::string& yaml, const std::filesystem::path& file);

}  // namespace edgebert::config
