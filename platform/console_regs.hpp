// SPDX-License-Identifier: Apache-2.0
// Register of the console: firmware's text output.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::console {

inline constexpr Register transmit{0x00, Access::write_only, 0, "TRANSMIT", "7:0 the next character"};

inline constexpr Register map[] = {transmit};

}  // namespace edgebert::console
