// SPDX-License-Identifier: Apache-2.0
// Puts firmware into boot ROM and system SRAM by the back door, and the core at its entry.
#pragma once
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// @throws Error(Failure::capacity) if a memory is too small, with the bytes needed and available;
/// Error(Failure::firmware) if a segment lies in neither memory
void load_firmware(const rv32::ElfFile& firmware, Soc& soc);

}  // namespace edgebert
