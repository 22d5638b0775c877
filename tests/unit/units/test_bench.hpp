// SPDX-License-Identifier: Apache-2.0
// An accelerator (n = 16, serial timing, 4 KiB data, 512 B mask and 1 KiB auxiliary buffers) on the bus of a
// SoC without firmware: test cases play the core. One elaboration serves them all.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "platform/soc.hpp"

namespace edgebert::test {

/// Where TestBench::published_unit answers.
inline constexpr std::uint32_t published_unit_base = memory_map::accelerator.base + 0xf000;

/// A bus access as the core would make it.
struct Access {
  tlm::tlm_response_status status;
  std::uint32_t value;
};

class TestBench : public sc_core::sc_module {
 public:
  explicit TestBench(sc_core::sc_module_name name);

  /// Registers and memories over the bus.
  Access read(std::uint32_t address, unsigned bytes = 4);
  Access write(std::uint32_t address, std::uint32_t value, unsigned bytes = 4);
  void set(std::uint32_t unit, const Register& reg, std::uint32_t value);
  std::uint32_t get(std::uint32_t unit, const Register& reg);
  /// Writes a register. @return what its target says: whether it may have notified an event
  bool notifies(std::uint32_t unit, const Register& reg, std::uint32_t value);

  /// Starts a unit's command and lets it finish. @return accelerator cycles from start to interrupt
  Cycles run(std::uint32_t unit);
  /// STATUS.error of the last command.
  std::uint32_t error(std::uint32_t unit);
  /// Writes every register of a unit back to its reset value and acknowledges its interrupts.
  void reset(std::uint32_t unit, std::span<const Register> map);

  ClockDomain accelerator_clock{1.0e9};
  ClockDomain bus_clock{500.0e6};
  Memory memory;     ///< 64 KiB at the weight memory's address
  Memory read_only;  ///< 4 KiB at the eNVM's address
  Memory shared;     ///< 16 KiB at the system SRAM's address, as if a core had a private port to it
  Accelerator accelerator;
  ProcessingUnit published_unit;  ///< on the accelerator's buffers, with the published model's arithmetic
  InterruptController interrupts;
  Timer timer;
  Watchdog watchdog;
  Console console;
  ExitDevice exit_device;
  Mailbox mailbox;
  Bus bus;
  tlm_utils::simple_initiator_socket<TestBench> core{"core"};
  std::vector<Tile> tiles;  ///< observed; their values are kept in tile_values
  std::vector<std::vector<std::int32_t>> tile_values;

 private:
  Access transport(tlm::tlm_command command, std::uint32_t address, std::uint32_t value, unsigned bytes,
                   WriteExtension* extension = nullptr);
};

/// The one test bench of this process, between commands.
TestBench& bench();

}  // namespace edgebert::test
