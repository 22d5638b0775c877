// SPDX-License-Identifier: Apache-2.0
// Memory the core reaches by host pointer: any number of windows, each readable and optionally writable.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

namespace edgebert::rv32 {

class MemoryWindows {
 public:
  /// @param base   address of the first byte, a multiple of 4
  /// @param bytes  host memory behind it, a multiple of 4 bytes long; must outlive the core
  /// @throws Error (config) if misaligned, empty, beyond 4 GiB or overlapping another window
  void add(std::uint32_t base, std::span<std::uint8_t> bytes, bool writable);

  /// Host pointer for a naturally aligned access of 1, 2 or 4 bytes if its window is the one used last in its
  /// 16-MiB region, else null. Inline: this is the fast path of every load and store.
  const std::uint8_t* quick_read(std::uint32_t address, std::uint32_t size) const {
    const Recent& recent = recent_[address >> 24];
    const std::uint32_t offset = address - recent.base;
    return offset < recent.readable_bytes && (address & (size - 1)) == 0 ? recent.host + offset : nullptr;
  }
  std::uint8_t* quick_write(std::uint32_t address, std::uint32_t size) {
    const Recent& recent = recent_[address >> 24];
    const std::uint32_t offset = address - recent.base;
    return offset < recent.writable_bytes && (address & (size - 1)) == 0 ? recent.host + offset : nullptr;
  }

  struct Found {
    std::uint8_t* host;  ///< null: no window holds all bytes of the access
    bool writable;
  };
  /// Any address, any alignment; remembers the window for the quick accesses.
  Found find(std::uint32_t address, std::uint32_t size);

  /// From now on quick accesses to the 16-MiB regions of these bytes fail, so that each one is seen.
  void slow(std::uint32_t address, std::uint32_t length);
  void forget_slow() { slow_.reset(); }

 private:
  struct Window {
    std::uint32_t base;
    std::uint32_t size;
    std::uint8_t* host;
    bool writable;
  };
  struct Recent {
    std::uint32_t base = 0;
    std::uint32_t readable_bytes = 0;
    std::uint32_t writable_bytes = 0;
    std::uint8_t* host = nullptr;
  };

  std::vector<Window> windows_;
  std::array<Recent, 256> recent_{};
  std::bitset<256> slow_;  ///< regions of which no window is remembered
};

}  // namespace edgebert::rv32
