// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/tracks.hpp"

#include <algorithm>

namespace edgebert::tracing {
namespace {

constexpr std::array<std::string_view, track_count> names = {"processing_unit",
                                                             "softmax",
                                                             "layernorm",
                                                             "element_add",
                                                             "early_exit",
                                                             "dma",
                                                             "dvfs",
                                                             "core",
                                                             "bus",
                                                             "system_sram",
                                                             "weight_memory",
                                                             "envm",
                                                             "interrupts",
                                                             "buffers",
                                                             "power",
                                                             "sentences"};

}  // namespace

std::string_view name_of(Track track) {
  return names[static_cast<std::size_t>(track)];
}

Track track_of_memory(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? Track::bus : static_cast<Track>(found - names.begin());
}

std::vector<std::string> track_names() {
  return {names.begin(), names.end()};
}

std::string_view interrupt_name(std::size_t line) {
  if (line < unit_count) return names[line];
  switch (static_cast<memory_map::InterruptLine>(line)) {
    case memory_map::InterruptLine::mailbox:
      return memory_map::mailbox.name;
    case memory_map::InterruptLine::watchdog:
      return memory_map::watchdog.name;
    default:
      return memory_map::timer.name;
  }
}

}  // namespace edgebert::tracing
