// SPDX-License-Identifier: Apache-2.0
// What a debugger sees of the machine, and may change. Looking has no side effects.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/rv32/core.hpp"

namespace edgebert::debug {

class Target {
 public:
  virtual ~Target() = default;

  /// x0 to x31, then pc.
  static constexpr unsigned pc_index = 32;
  virtual std::uint32_t reg(unsigned index) const = 0;
  virtual void set_reg(unsigned index, std::uint32_t value) = 0;
  virtual std::optional<std::uint32_t> csr(std::uint32_t number) const = 0;
  /// @return false if it does not exist or is read-only
  virtual bool set_csr(std::uint32_t number, std::uint32_t value) = 0;

  /// @return how many bytes from the address on could be read
  virtual std::size_t read(std::uint32_t address, std::span<std::uint8_t> bytes) = 0;
  /// Memories only: what writing a device's register sets off takes simulated time.
  /// @return false if not all of the bytes are memory; then none was written
  virtual bool write(std::uint32_t address, std::span<const std::uint8_t> bytes) = 0;

  virtual void add_breakpoint(std::uint32_t address) = 0;
  virtual void remove_breakpoint(std::uint32_t address) = 0;
  virtual void add_watchpoint(const rv32::Watchpoint& watchpoint) = 0;
  virtual void remove_watchpoint(const rv32::Watchpoint& watchpoint) = 0;
  virtual rv32::Watchpoint watch_hit() const = 0;

  /// A command of the target's own ("monitor ..."). @return what it says, whole lines
  virtual std::string command(std::string_view line) = 0;
};

}  // namespace edgebert::debug
