// SPDX-License-Identifier: Apache-2.0
// Registers of the machine timer: a 64-bit counter of core clock cycles and a compare register that drives
// MTIP.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::timer {

inline constexpr Register time_low{0x00, Access::read_only, 0, "TIME_LOW",
                                   "core cycles since reset, low word"};
inline constexpr Register time_high{0x04, Access::read_only, 0, "TIME_HIGH", "high word"};
inline constexpr Register compare_low{0x08, Access::read_write, 0xffffffff, "COMPARE_LOW",
                                      "the interrupt is raised while TIME >= COMPARE"};
inline constexpr Register compare_high{0x0c, Access::read_write, 0xffffffff, "COMPARE_HIGH", "high word"};

inline constexpr Register map[] = {time_low, time_high, compare_low, compare_high};

}  // namespace edgebert::timer
