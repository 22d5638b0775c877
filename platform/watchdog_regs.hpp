// SPDX-License-Identifier: Apache-2.0
// Registers of the watchdog: raises its interrupt when it is not restarted in time.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::watchdog {

inline constexpr Register timeout{
    0x00, Access::read_write, 0, "TIMEOUT",
    "core cycles from this write or a restart to the interrupt; 0 switches it off"};
inline constexpr Register restart{0x04, Access::write_only, 0, "RESTART",
                                  "any write starts the count anew and lowers the interrupt"};
inline constexpr Register expired{0x08, Access::read_only, 0, "EXPIRED", "bit 0: the interrupt is raised"};

inline constexpr Register map[] = {timeout, restart, expired};

}  // namespace edgebert::watchdog
