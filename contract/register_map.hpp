// SPDX-License-Identifier: Apache-2.0
// How a register is declared. Models, firmware and docs/registers.md all read the same declarations.
// Language-only C++: the RISC-V toolchain ships no standard library.
#pragma once
#include <stdint.h>

namespace edgebert {

enum class Access : uint8_t { read_only, read_write, write_only, write_one_to_clear };

/// One 32-bit register of a unit.
struct Register {
  uint32_t offset;  ///< bytes from the unit's base address
  Access access;
  uint32_t reset;  ///< value after reset
  const char* name;
  const char* description;
};

/// A bit field of a register: value = (register >> shift) & mask.
struct Field {
  unsigned shift;
  unsigned width;

  constexpr uint32_t mask() const { return width >= 32 ? 0xffffffffu : (1u << width) - 1; }
  constexpr uint32_t get(uint32_t word) const { return (word >> shift) & mask(); }
  constexpr uint32_t put(uint32_t value) const { return (value & mask()) << shift; }
};

/// A field of a declared register, for whoever shows registers to a person.
struct NamedField {
  uint32_t offset;  ///< of its register
  const char* name;
  Field field;
};

}  // namespace edgebert
