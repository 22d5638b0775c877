// SPDX-License-Identifier: Apache-2.0
// What a traced run is told of: everything that gets a line of its own in a timeline, by the names
// --trace-units takes.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/memory_map.hpp"

namespace edgebert::tracing {

/// Femtoseconds since reset, the kernel's resolution.
using Time = std::uint64_t;

/// The accelerator's units come first, in the order of memory_map::InterruptLine.
enum class Track : std::uint8_t {
  processing_unit,
  softmax,
  layernorm,
  element_add,
  early_exit,
  dma,
  dvfs,
  core,
  bus,
  system_sram,
  weight_memory,
  envm,
  interrupts,
  buffers,
  power,
  sentences,
};
inline constexpr std::size_t unit_count = 7;
inline constexpr std::size_t track_count = 16;

std::string_view name_of(Track track);
/// The track of a memory; nothing on it for memories the DMA does not reach.
Track track_of_memory(std::string_view name);

/// All names, in their order.
std::vector<std::string> track_names();

/// Interrupt lines of the controller, and behind them the timer's, which has a wire of its own.
inline constexpr std::size_t interrupt_count = memory_map::interrupt_lines + 1;
/// What is no line of the controller is the timer.
std::string_view interrupt_name(std::size_t line);

/// Buffers of the accelerator.
inline constexpr std::size_t buffer_count = 5;
inline constexpr std::array<std::string_view, buffer_count> buffer_names = {"data0", "data1", "mask0",
                                                                            "mask1", "auxiliary"};

}  // namespace edgebert::tracing
