// SPDX-License-Identifier: Apache-2.0
// Waiting for a line of the interrupt controller.
#pragma once
#include "contract/memory_map.hpp"

namespace edgebert::firmware {

/// Core cycles a unit may take for one command before it is given up: the longest command of the smallest
/// datapath (n = 2, full 128 KB buffers) takes 15 million accelerator cycles.
inline constexpr uint32_t watchdog_cycles = 1'000'000'000;

/// Sleeps until the line is raised.
/// @return false if the watchdog expired first
bool wait_for_unit(memory_map::InterruptLine line);

/// Sleeps until the line is raised, however long that takes.
void wait_for_host(memory_map::InterruptLine line);

}  // namespace edgebert::firmware
