// SPDX-License-Identifier: Apache-2.0
// Connects instruments to a SoC.
#pragma once
#include <memory>

#include "platform/debug/target.hpp"
#include "platform/instruments.hpp"
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"
#include "platform/tracing/soc_probe.hpp"

namespace edgebert {

/// What instruments look through, to be kept as long as the SoC.
struct Connections {
  std::unique_ptr<debug::Target> debugger;   ///< nothing without one
  std::unique_ptr<tracing::SocProbe> probe;  ///< nothing without traces; it wants to observe commands
};

/// Instruments and firmware must outlive the SoC's runs.
Connections connect(const Instruments& instruments, const rv32::ElfFile& firmware, Soc& soc);

}  // namespace edgebert
