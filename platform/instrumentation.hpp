// SPDX-License-Identifier: Apache-2.0
// Connects instruments to a SoC.
#pragma once
#include "platform/instruments.hpp"
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// The log and register traces; both must outlive the SoC's runs.
void connect_log(const Instruments& instruments, const rv32::ElfFile& firmware, Soc& soc);

/// Whose interrupt is raised and enabled now: the name of a unit, "mailbox", "watchdog" or "timer".
std::string wait_cause(Soc& soc);

}  // namespace edgebert
