// SPDX-License-Identifier: Apache-2.0
#include "platform/rv32/memory_windows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::rv32 {

void MemoryWindows::add(std::uint32_t base, std::span<std::uint8_t> bytes, bool writable) {
  const std::uint64_t end = std::uint64_t{base} + bytes.size();
  if (bytes.empty() || base % 4 != 0 || bytes.size() % 4 != 0 || end > 0x100000000) {
    throw Error(Failure::config,
                fmt::format("cannot map {} bytes at {:#010x} into the core's address space: base and "
                            "size must be multiples of 4, the size not 0 and the end within 4 GiB",
                            bytes.size(), base));
  }
  for (const Window& window : windows_) {
    if (base < std::uint64_t{window.base} + window.size && window.base < end) {
      throw Error(Failure::config,
                  fmt::format("cannot map {} bytes at {:#010x} into the core's address space: they "
                              "overlap the memory of {} bytes at {:#010x}; move one of them",
                              bytes.size(), base, window.size, window.base));
    }
  }
  windows_.push_back({base, static_cast<std::uint32_t>(bytes.size()), bytes.data(), writable});
}

MemoryWindows::Found MemoryWindows::find(std::uint32_t address, std::uint32_t size) {
  for (const Window& window : windows_) {
    const std::uint32_t offset = address - window.base;
    if (offset < window.size && size <= window.size - offset) {
      if (!slow_[address >> 24])
        recent_[address >> 24] = {window.base, window.size, window.writable ? window.size : 0, window.host};
      return {window.host + offset, window.writable};
    }
  }
  return {nullptr, false};
}

void MemoryWindows::slow(std::uint32_t address, std::uint32_t length) {
  if (length == 0) return;
  const auto last =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(0xffffffff, std::uint64_t{address} + length - 1));
  for (std::uint32_t region = address >> 24; region <= last >> 24; ++region) {
    slow_.set(region);
    recent_[region] = {};
  }
}

}  // namespace edgebert::rv32
