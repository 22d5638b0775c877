// SPDX-License-Identifier: Apache-2.0
// The timing model against everything that is known about the real machines: rows of docs/calibration.md.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "platform/config/soc_config.hpp"

namespace edgebert::sim {

/// Where a reference comes from.
enum class ReferenceKind { measured_on_model, silicon, derived, recalled, none };

struct CalibrationRow {
  std::string what;
  std::string ours;
  std::string reference;
  std::string source;
  ReferenceKind kind;
  std::string tolerance;
  std::string verdict;
};

/// The SoC that a row with this many lanes and under this preset is about.
using SocAt = std::function<SocConfig(TimingPreset, std::uint32_t lanes)>;

/// Matrix unit and special function units against every measured run.
std::vector<CalibrationRow> published_model_rows(const SocAt& soc);
/// The chip's peak rate, and one layer of ALBERT-base.
std::vector<CalibrationRow> derived_rows(const SocAt& soc);

/// The chip's conventional run: what moving data must have cost.
struct DataMovement {
  std::string schedule;
  double megabytes;         ///< a sentence, 10^6
  double nanoseconds;       ///< that each 8-byte word must have taken
  std::string explanation;  ///< what takes so long
};
struct ConventionalRun {
  double milliseconds;           ///< measured
  double bound_milliseconds;     ///< all MACs at 256 a cycle
  double ours_milliseconds;      ///< the encoder's products under overlapped timing
  double slow_weight_memory_hz;  ///< clock of a weight memory with which this platform takes as long
  std::vector<DataMovement> movements;
};
ConventionalRun conventional_run(const SocAt& soc);

/// The whole page, Markdown. @param config  a configuration's own constants instead of the presets, or
/// nullptr
std::string calibration_markdown(const SocConfig* config);

}  // namespace edgebert::sim
