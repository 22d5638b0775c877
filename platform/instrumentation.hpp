// SPDX-License-Identifier: Apache-2.0
// Connects instruments to a SoC.
#pragma once
#include <memory>

#include "platform/debug/target.hpp"
#include "platform/instruments.hpp"
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// Instruments and firmware must outlive the SoC's runs.
/// @return what the debugger looks through, to be kept as long; nothing without one
std::unique_ptr<debug::Target> connect(const Instruments& instruments, const rv32::ElfFile& firmware,
                                       Soc& soc);

}  // namespace edgebert
