// SPDX-License-Identifier: Apache-2.0
// Registers of the DVFS controller. One command takes the accelerator's domain to another frequency and to
// the voltage that a table in the auxiliary buffer names for it. The table has rows of two words, ascending:
// frequency in kHz, voltage in microvolts. POINT_* are the points this part was characterised at, for
// firmware to make that table of.
#pragma once
#include "contract/unit_regs.hpp"

namespace edgebert::dvfs {

inline constexpr Register target_frequency{
    0x20, Access::read_write, 0, "TARGET_FREQUENCY",
    "kHz that the domain must reach; the first table row that does gives the voltage"};
inline constexpr Register lut_base{0x24, Access::read_write, 0, "LUT_BASE",
                                   "byte address of the table in the auxiliary buffer"};
inline constexpr Register lut_rows{0x28, Access::read_write, 0, "LUT_ROWS",
                                   "rows of the table, two words each: kHz, microvolts"};
inline constexpr Register current_frequency{0x2c, Access::read_only, 0, "CURRENT_FREQUENCY",
                                            "kHz of the accelerator's clock now"};
inline constexpr Register current_voltage{0x30, Access::read_only, 0, "CURRENT_VOLTAGE",
                                          "microvolts of the accelerator's supply now"};
inline constexpr Register transitions{0x34, Access::read_only, 0, "TRANSITIONS",
                                      "changes of frequency or voltage since reset, modulo 2^32"};
inline constexpr Register point_count{0x38, Access::read_only, 0, "POINT_COUNT",
                                      "points this part was characterised at, the fastest one last"};
inline constexpr Register point_index{0x3c, Access::read_write, 0, "POINT_INDEX",
                                      "which of them POINT_FREQUENCY and POINT_VOLTAGE show"};
inline constexpr Register point_frequency{0x40, Access::read_only, 0, "POINT_FREQUENCY",
                                          "kHz, the fastest clock at POINT_VOLTAGE; 0 from POINT_COUNT on"};
inline constexpr Register point_voltage{0x44, Access::read_only, 0, "POINT_VOLTAGE",
                                        "microvolts; 0 from POINT_COUNT on"};

inline constexpr Register map[] = {target_frequency, lut_base,     lut_rows,    current_frequency,
                                   current_voltage,  transitions,  point_count, point_index,
                                   point_frequency,  point_voltage};

/// A row of the table in the auxiliary buffer.
struct LutRow {
  uint32_t kilohertz;
  uint32_t microvolts;
};

enum class Error : uint32_t {
  bad_table = unit::first_own_error,  ///< no rows, outside the auxiliary buffer, or not ascending
  target_too_high,                    ///< no row of the table reaches it
  unit_busy,          ///< another unit of the accelerator runs a command; the clock may not change under it
  unreachable_point,  ///< the regulator or the oscillator cannot give the row's point, or the part does not
                      ///< run so fast at its voltage
};

}  // namespace edgebert::dvfs
