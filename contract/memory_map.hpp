// SPDX-License-Identifier: Apache-2.0
// Where everything answers on the bus. Addresses are fixed; the YAML configuration changes sizes only.
#pragma once
#include <stdint.h>

namespace edgebert::memory_map {

/// First address of a region and the room reserved for it.
struct Region {
  const char* name;
  uint32_t base;
  uint32_t room;
};

inline constexpr Region boot_rom{"boot_rom", 0x00000000, 0x01000000};
inline constexpr Region system_sram{"system_sram", 0x10000000, 0x10000000};
inline constexpr Region envm{"envm", 0x20000000, 0x10000000};
inline constexpr Region weight_memory{"weight_memory", 0x40000000, 0x20000000};
inline constexpr Region accelerator{"accelerator", 0x60000000, 0x00010000};
inline constexpr Region interrupt_controller{"interrupt_controller", 0x70000000, 0x1000};
inline constexpr Region timer{"timer", 0x70001000, 0x1000};
inline constexpr Region watchdog{"watchdog", 0x70002000, 0x1000};
inline constexpr Region console{"console", 0x70003000, 0x1000};
inline constexpr Region exit_device{"exit_device", 0x70004000, 0x1000};
inline constexpr Region mailbox{"mailbox", 0x70010000, 0x8000};

/// Register blocks inside the accelerator, 4 KiB each.
inline constexpr uint32_t accelerator_control = accelerator.base + 0x0000;
inline constexpr uint32_t processing_unit = accelerator.base + 0x1000;
inline constexpr uint32_t softmax = accelerator.base + 0x2000;
inline constexpr uint32_t layernorm = accelerator.base + 0x3000;
inline constexpr uint32_t element_add = accelerator.base + 0x4000;
inline constexpr uint32_t early_exit = accelerator.base + 0x5000;
inline constexpr uint32_t dma = accelerator.base + 0x6000;
inline constexpr uint32_t dvfs = accelerator.base + 0x7000;
inline constexpr uint32_t unit_room = 0x1000;
/// From here to the region's end there is room for units of one's own (docs/add_a_unit.md).
inline constexpr uint32_t first_free_unit = accelerator.base + 0x8000;

/// Lines of the interrupt controller.
enum class InterruptLine : uint32_t {
  processing_unit = 0,
  softmax = 1,
  layernorm = 2,
  element_add = 3,
  early_exit = 4,
  dma = 5,
  dvfs = 6,
  mailbox = 7,
  watchdog = 8,
};
inline constexpr uint32_t interrupt_lines = 9;
/// Inputs of the controller; those behind interrupt_lines are free.
inline constexpr uint32_t interrupt_lines_max = 32;

}  // namespace edgebert::memory_map
