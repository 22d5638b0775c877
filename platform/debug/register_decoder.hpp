// SPDX-License-Identifier: Apache-2.0
// Every block of registers on the bus by its name, and words for what is read from them or written to them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/register_map.hpp"

namespace edgebert::debug {

struct RegisterBlock {
  const char* name;
  std::uint32_t base;
  std::uint32_t room;             ///< bytes of address space
  bool unit;                      ///< has the registers every accelerator unit has, besides its own
  std::span<const Register> map;  ///< its own
  std::span<const NamedField> fields;
};

/// By ascending address.
std::span<const RegisterBlock> register_blocks();

/// The block an address lies in; nullptr if there is none.
const RegisterBlock* block_at(std::uint32_t address);
/// nullptr if there is no block of that name.
const RegisterBlock* block_named(std::string_view name);

/// The registers of a block, the common ones first.
std::vector<const Register*> registers_of(const RegisterBlock& block);

/// A register's name; its offset in the block if nothing is declared there: "+0x1000".
std::string register_name(const RegisterBlock& block, std::uint32_t offset);

/// A register's value and its fields: "0x00000011 (operation 1, buffer 1)".
std::string decoded(const RegisterBlock& block, std::uint32_t offset, std::uint32_t value);

}  // namespace edgebert::debug
