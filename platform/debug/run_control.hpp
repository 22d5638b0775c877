// SPDX-License-Identifier: Apache-2.0
// Who decides how far the core may run, and who wants to know what it did. Simulated time stands still while
// they are asked.
#pragma once
#include <cstdint>

#include "platform/rv32/core.hpp"

namespace edgebert::debug {

/// A debugger.
class RunControl {
 public:
  virtual ~RunControl() = default;
  /// Before each run of the core, at its exact time; may block. @return the most cycles it may run; 0: the
  /// simulation is to end
  virtual std::uint64_t grant() = 0;
  /// After it, before the kernel's time moves on.
  virtual void ran(rv32::StopReason reason) = 0;
};

/// A profile.
class CoreObserver {
 public:
  virtual ~CoreObserver() = default;
  /// After each instruction or trap entry. @param pc  of the instruction, or of the one the trap came before
  virtual void executed(std::uint32_t pc, std::uint64_t cycles, const rv32::Core& core) = 0;
  /// After each WFI that waited, with what it waited for still raised.
  virtual void slept(std::uint64_t cycles) = 0;
};

}  // namespace edgebert::debug
