// SPDX-License-Identifier: Apache-2.0
// The accelerator's voltage and frequency. The table of points lies in the system SRAM and goes to the
// auxiliary buffer in front of each change, between layers, when nothing else is in there.
#pragma once
#include "firmware/drivers/unit.hpp"

namespace edgebert::firmware {

/// What the part can do. Frequencies in kHz.
struct OperatingRange {
  uint32_t table;   ///< address of the points: rows of kHz and microvolts, ascending
  uint32_t points;  ///< 0: the clock cannot change
  uint32_t lowest_frequency;
  uint32_t top_frequency;  ///< of reset
};

/// Reads the points from the DVFS controller and writes them to `table`.
OperatingRange read_operating_range(uint32_t table);

/// What the accelerator runs at; zeros if its clock cannot change.
struct OperatingPoint {
  uint32_t frequency;  ///< kHz
  uint32_t voltage;    ///< microvolts
};

OperatingPoint operating_point(const OperatingRange& range);

/// Changes to the lowest point that reaches the frequency; nothing happens if the clock cannot change or has
/// this frequency. All units must be idle.
/// @param frequency  kHz, in the range
void set_frequency(const OperatingRange& range, uint32_t frequency, const Tag& tag);

}  // namespace edgebert::firmware
