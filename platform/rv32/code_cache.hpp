// SPDX-License-Identifier: Apache-2.0
// Decoded instructions by address. A page of code has one slot a halfword, filled when it is first executed,
// so what is cached depends on the program alone and not on how its run is cut into pieces.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "platform/rv32/decode.hpp"

namespace edgebert::rv32 {

/// One decoded instruction. The handler is an address inside the execution loop.
struct Slot {
  const void* handler;
  std::int32_t immediate;
  std::uint8_t rd;
  std::uint8_t rs1;
  std::uint8_t rs2;
  std::uint8_t halfwords;
};

struct CodePage {
  static constexpr std::uint32_t slot_count = page_bytes / 2;
  /// The two slots past the end lead into the next page: an instruction that starts in the last halfword may
  /// be long.
  std::array<Slot, slot_count + 2> slots;
  std::uint32_t base;
};

class CodeCache {
 public:
  /// The handlers of a slot not decoded yet and of the slots past a page's end. To be set before the first
  /// page().
  void set_handlers(const void* undecoded, const void* page_end);

  /// The page that holds `pc`; created on first use.
  CodePage& page(std::uint32_t pc) {
    const auto& table = directory_[pc >> 22];
    if (table) [[likely]] {
      if (CodePage* found = (*table)[pc >> 12 & 1023].get()) [[likely]]
        return *found;
    }
    return create(pc);
  }

  /// Forgets every instruction that overlaps the bytes. Pages stay allocated, so this is safe at any time,
  /// also while an instruction of the range is executing.
  void forget(std::uint32_t address, std::uint32_t length);

  /// Forgets everything and frees it. References to pages become invalid.
  void clear();

 private:
  using Table = std::array<std::unique_ptr<CodePage>, 1024>;

  CodePage& create(std::uint32_t pc);

  std::array<std::unique_ptr<Table>, 1024> directory_;
  const void* undecoded_ = nullptr;
  const void* page_end_ = nullptr;
};

}  // namespace edgebert::rv32
