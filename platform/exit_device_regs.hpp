// SPDX-License-Identifier: Apache-2.0
// Register of the exit device: how firmware ends the simulation.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::exit_device {

inline constexpr Register exit{0x00, Access::write_only, 0, "EXIT",
                               "ends the run; 0 = firmware is content, otherwise a failure code"};

inline constexpr Register map[] = {exit};

}  // namespace edgebert::exit_device
