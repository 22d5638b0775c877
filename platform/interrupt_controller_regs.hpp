// SPDX-License-Identifier: Apache-2.0
// Registers of the interrupt controller: up to 32 level inputs (contract/memory_map.hpp), one output to the
// core (MEIP).
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::interrupt_controller {

inline constexpr Register pending{0x00, Access::read_only, 0, "PENDING",
                                  "bit i: line i is raised; acknowledge at the unit"};
inline constexpr Register enable{0x04, Access::read_write, 0, "ENABLE",
                                 "bit i: line i may interrupt the core"};
inline constexpr Register claim{0x08, Access::read_only, 0xffffffff, "CLAIM",
                                "lowest enabled raised line, or 0xffffffff"};

inline constexpr Register map[] = {pending, enable, claim};

}  // namespace edgebert::interrupt_controller
