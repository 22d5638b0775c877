// SPDX-License-Identifier: Apache-2.0
#include "model/layout.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgebert::model {

std::uint32_t Layout::place(const std::string& tensor, const memory_map::Region& memory,
                            std::uint64_t bytes) {
  auto used = std::find_if(memories_.begin(), memories_.end(),
                           [&](const Memory& m) { return m.base == memory.base; });
  if (used == memories_.end()) used = memories_.insert(memories_.end(), Memory{memory.base, 0});
  const std::uint64_t offset =
      (used->end + placement_alignment - 1) / placement_alignment * placement_alignment;
  if (offset > memory.room || bytes > memory.room - offset) {
    throw Error(
        Failure::capacity,
        fmt::format("placing tensor '{}': {} bytes at offset {} exceed the {} bytes of {} on the bus; "
                    "compile a smaller or sparser model",
                    tensor, bytes, offset, memory.room, memory.name));
  }
  used->end = offset + bytes;
  placements_.push_back({tensor, memory.name, offset});
  return memory.base + static_cast<std::uint32_t>(offset);
}

std::uint64_t Layout::bytes_in(const memory_map::Region& memory) const {
  const auto used = std::find_if(memories_.begin(), memories_.end(),
                                 [&](const Memory& m) { return m.base == memory.base; });
  return used == memories_.end() ? 0 : used->end;
}

}  // namespace edgebert::model
