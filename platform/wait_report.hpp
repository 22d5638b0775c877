// SPDX-License-Identifier: Apache-2.0
// Words for what went wrong on the simulated side: who waits for what, and what firmware reported.
#pragma once
#include <string>

#include "contract/mailbox.hpp"
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// One line: what the core does and where, which units are busy, which interrupts are raised, the last bus
/// error.
std::string wait_report(Soc& soc, const rv32::ElfFile& firmware);

/// One line for a bus access that was answered with an error.
std::string fault_text(const Bus::Fault& fault);

/// One line for a failure that firmware reported.
std::string failure_text(const mailbox::Failure& failure, const rv32::ElfFile& firmware);

}  // namespace edgebert
