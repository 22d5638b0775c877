// SPDX-License-Identifier: Apache-2.0
// The oscillator of the accelerator's clock (an all-digital phase-locked loop). Modelled: range, steps, time
// to lock, power in proportion to frequency. Not modelled: jitter, the loop. Defaults: power recalled from
// the EdgeBERT paper (2.46 mW at 1 GHz), lock time from its "within 100 ns" (recalled), range and steps
// assumed.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace edgebert::dvfs {

struct Adpll {
  double frequency_min = 1e6;  ///< Hz
  double frequency_max = 2e9;  ///< Hz
  double step = 1e6;           ///< Hz
  double lock_time = 100;      ///< ns, whatever the change
  double power = 2.46e-3;      ///< W at 1 GHz

  static std::uint32_t kilohertz_of(double hertz) {
    return static_cast<std::uint32_t>(std::lround(hertz / 1e3));
  }
  std::uint32_t lowest() const { return kilohertz_of(frequency_min); }
  std::uint32_t highest() const { return kilohertz_of(frequency_max); }

  /// The lowest step that is not below this frequency, in kHz; may be above the highest.
  std::uint64_t step_for(std::uint32_t kilohertz) const {
    const std::uint64_t width = kilohertz_of(step);
    return std::max<std::uint64_t>(lowest(), (kilohertz + width - 1) / width * width);
  }
  double watts(std::uint32_t kilohertz) const { return power * kilohertz * 1e-6; }
};

}  // namespace edgebert::dvfs
