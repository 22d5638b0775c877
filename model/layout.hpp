// SPDX-License-Identifier: Apache-2.0
// Where each tensor lies in the SoC's memories: one after another in the order they are placed, each at a
// multiple of 64 bytes (a mask group of codes, eight bus beats).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "contract/memory_map.hpp"
#include "contract/model_image.hpp"

namespace edgebert::model {

inline constexpr std::uint64_t placement_alignment = 64;

class Layout {
 public:
  /// Places a tensor behind the last one of this memory.
  /// @param memory  contract/memory_map.hpp: weight_memory or envm
  /// @return        its bus address
  /// @throws Error(Failure::capacity) if the memory's room on the bus is exceeded
  std::uint32_t place(const std::string& tensor, const memory_map::Region& memory, std::uint64_t bytes);

  const std::vector<Placement>& placements() const { return placements_; }
  /// Bytes from the memory's first to the end of its last tensor.
  std::uint64_t bytes_in(const memory_map::Region& memory) const;

 private:
  struct Memory {
    std::uint32_t base;
    std::uint64_t end;
  };
  std::vector<Memory> memories_;
  std::vector<Placement> placements_;
};

}  // namespace edgebert::model
