// SPDX-License-Identifier: Apache-2.0
// Waiting for a line of the interrupt controller.
#pragma once
#include "contract/memory_map.hpp"

namespace edgebert::firmware {

/// Core cycles a unit may take for one command before it is given up: the longest command of the smallest
/// datapath (n = 2, full 128 KB buffers) takes 15 million accelerator cycles.
inline constexpr uint32_t watchdog_cycles = 1'000'000'000;

constexpr uint32_t bit_of(memory_map::InterruptLine line) {
  return 1u << static_cast<uint32_t>(line);
}

/// Sleeps until one of the lines, a bit each, is raised.
/// @return that line, or the watchdog's if it expired first
memory_map::InterruptLine wait_for_units(uint32_t lines);

/// Sleeps until the line is raised, however long that takes.
void wait_for_host(memory_map::InterruptLine line);

}  // namespace edgebert::firmware
