// SPDX-License-Identifier: Apache-2.0
// What playing recorded cases found, before it becomes text or JSON.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* replay_schema = "edgebert-replay-1";

/// Values that were compared and those of them that differ.
struct Tally {
  std::uint64_t compared = 0;
  std::uint64_t different = 0;

  Tally& operator+=(const Tally& other) {
    compared += other.compared;
    different += other.different;
    return *this;
  }
};

/// Of the cases of one unit, or of all.
struct ReplayCounts {
  Tally cases;
  Tally codes;  ///< every expected value: codes, words, row scales, entropies, decisions
  Tally masks;
  Tally cycles;

  ReplayCounts& operator+=(const ReplayCounts& other);
};

struct FirstDifference {
  std::uint64_t number;  ///< of the case, from 1
  std::string place;     ///< FILE:LINE
  std::string unit;
  std::string key;  ///< of the case: "Out", "row_scale", "masks", "cycles"
  std::uint64_t row;
  std::uint64_t column;
  std::int64_t expected;
  std::int64_t got;
};

struct ReplayReport {
  SocConfig soc;
  std::string config_file;
  std::string config_hash;
  std::string file;
  std::vector<std::uint32_t> lanes;           ///< n of the cases
  std::map<std::string, ReplayCounts> units;  ///< by the cases' names of units
  std::optional<FirstDifference> first;

  ReplayCounts total() const;
  bool agrees() const { return !first.has_value(); }
};

/// What reports call the numerics; says so if it is a compatibility mode.
std::string numerics_label(const SocConfig& config);

std::string text_of(const ReplayReport& report, const Style& style);

/// One object, docs/vectors.md.
std::string json_of(const ReplayReport& report);

}  // namespace edgebert::sim
