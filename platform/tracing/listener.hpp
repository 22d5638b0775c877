// SPDX-License-Identifier: Apache-2.0
// What a traced run tells, and to whom. Calls come in the order of their times. No SystemC.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "contract/operators.hpp"
#include "platform/energy/energy_report.hpp"
#include "platform/tracing/tracks.hpp"

namespace edgebert::tracing {

/// A number with a name: "rows", 64.
struct Argument {
  std::string_view name;
  std::uint64_t value = 0;
};

/// A command of a unit, by the TAG it was started with.
struct Command {
  std::size_t unit = 0;  ///< Track
  Time start = 0;
  std::uint8_t layer = 0;
  Operator op = Operator::none;
  std::uint8_t head = 0;
  std::uint32_t row = 0;  ///< of the tile's first element
  std::uint32_t column = 0;
  std::array<Argument, 4> shape{};  ///< those without a name do not count
};

/// What it took, in accelerator cycles, and did.
struct Completion {
  Time end = 0;
  std::uint64_t busy = 0;
  // Cycles of waiting.
  std::uint64_t stalled_on_bus = 0;
  std::uint64_t stalled_on_memory = 0;
  std::uint64_t stalled_on_port = 0;
  std::uint64_t macs = 0;
  std::uint64_t macs_gated = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;  ///< moved into buffers or out of them
  std::uint32_t error = 0;

  std::uint64_t stalled() const { return stalled_on_bus + stalled_on_memory + stalled_on_port; }
};

/// A run of bytes that a command of the DMA moves over the bus.
struct Transfer {
  Track memory = Track::bus;
  bool write = false;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  Time begin = 0;
  Time end = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;

  virtual void command_begins(const Command& command) = 0;
  virtual void command_ends(const Command& command, const Completion& completion) = 0;
  /// The transfers of the DMA's command that has just begun, one after the other. Cycles that others take
  /// from them meanwhile are not in them: they lie between the last one and the command's end.
  virtual void transfers_begin(std::span<const Transfer> transfers) = 0;
  /// @param line  0 ... interrupt_count - 1
  virtual void interrupt(std::size_t line, Time now, bool raised) = 0;
  /// The core begins to wait in WFI.
  virtual void sleeps(Time now) = 0;
  /// @param cause  whose interrupt ended the wait
  virtual void wakes(Time now, std::string_view cause) = 0;
  /// Voltage and clock of the accelerator's domain from now on.
  virtual void operating_point(Time now, std::uint32_t microvolts, std::uint32_t kilohertz) = 0;
  /// Bytes of each buffer that commands under way read or write.
  virtual void buffers_in_use(Time now, const std::array<std::uint64_t, buffer_count>& bytes) = 0;
  virtual void sentence_begins(Time now) = 0;
  /// @param power  nothing without an energy table
  virtual void sentence_ends(Time now, std::span<const energy::PowerSegment> power) = 0;
};

}  // namespace edgebert::tracing
