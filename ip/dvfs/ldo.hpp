// SPDX-License-Identifier: Apache-2.0
// The regulator of the accelerator's supply. Modelled: range, steps, settling time in proportion to the
// change, what it draws beyond what it delivers. Not modelled: overshoot, load steps, an efficiency that
// goes with the current. Defaults: recalled from the EdgeBERT paper (0.5 to 0.8 V in steps of 25 mV, 3.8 ns
// for 50 mV, 99.2 % at its best); its text is not at hand.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace edgebert::dvfs {

struct Ldo {
  double voltage_min = 0.5;   ///< V
  double voltage_max = 0.8;   ///< V
  double step = 0.025;        ///< V
  double settle_time = 3.8;   ///< ns for each 50 mV
  double efficiency = 0.992;  ///< of its current: what it delivers of what it draws
  double input_voltage = 0;   ///< V; 0: what is in front of it follows its output

  static constexpr std::uint32_t microvolts_of(double volts) {
    return static_cast<std::uint32_t>(volts * 1e6 + 0.5);
  }
  constexpr std::uint32_t lowest() const { return microvolts_of(voltage_min); }
  constexpr std::uint32_t highest() const { return microvolts_of(voltage_max); }

  /// The lowest step that is not below this voltage, in microvolts; may be above the highest.
  constexpr std::uint32_t step_for(std::uint32_t microvolts) const {
    if (microvolts <= lowest()) return lowest();
    const std::uint32_t width = microvolts_of(step);
    return lowest() + (microvolts - lowest() + width - 1) / width * width;
  }
  /// Energy it draws beyond what it delivers, a joule delivered. A linear regulator draws the current it
  /// delivers, at its input's voltage.
  double loss(double volts) const { return std::max(1.0, input_voltage / volts) / efficiency - 1; }
  /// Seconds from one voltage to another.
  double settle_seconds(std::uint32_t from, std::uint32_t to) const {
    const double change = std::abs(static_cast<double>(to) - static_cast<double>(from)) * 1e-6;
    return settle_time * 1e-9 * change / 0.05;
  }
};

}  // namespace edgebert::dvfs
