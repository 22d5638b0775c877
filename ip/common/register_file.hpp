// SPDX-License-Identifier: Apache-2.0
// The registers of a unit, declared by its map. Access rules come from the declaration; anything else is a
// bus error.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "contract/register_map.hpp"

namespace edgebert {

class RegisterFile {
 public:
  /// Declares registers; offsets of several maps must not meet.
  void declare(std::span<const Register> map) {
    for (const Register& reg : map) {
      const std::size_t index = reg.offset / 4;
      if (index >= slots_.size()) slots_.resize(index + 1);
      slots_[index] = {&reg, reg.reset};
    }
  }

  /// Model side: no access rules.
  std::uint32_t operator[](const Register& reg) const { return slots_[reg.offset / 4].value; }
  void set(const Register& reg, std::uint32_t value) { slots_[reg.offset / 4].value = value; }

  /// Bus side: nullptr for an offset that is not declared, not aligned, or may not be read (written).
  const Register* find_readable(std::uint32_t offset) const {
    const Register* reg = find(offset);
    return reg != nullptr && reg->access != Access::write_only ? reg : nullptr;
  }
  const Register* find_writable(std::uint32_t offset) const {
    const Register* reg = find(offset);
    return reg != nullptr && reg->access != Access::read_only ? reg : nullptr;
  }
  /// Debugger's side: whatever its access rules.
  const Register* find_declared(std::uint32_t offset) const { return find(offset); }

 private:
  struct Slot {
    const Register* reg = nullptr;
    std::uint32_t value = 0;
  };
  const Register* find(std::uint32_t offset) const {
    return offset % 4 == 0 && offset / 4 < slots_.size() ? slots_[offset / 4].reg : nullptr;
  }
  std::vector<Slot> slots_;
};

}  // namespace edgebert
