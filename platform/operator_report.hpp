// SPDX-License-Identifier: Apache-2.0
// What one operator of one layer took and did. Operators overlap: firmware loads for the next one while one
// computes.
#pragma once
#include <cstdint>

#include "contract/operators.hpp"

namespace edgebert {

/// Cycles are the accelerator's. An operator's commands are those with its TAG.
struct OperatorReport {
  std::uint8_t layer = 0;  ///< embedding_layer, or from 1
  Operator op = Operator::none;
  std::uint64_t commands = 0;
  std::uint64_t cycles = 0;                        ///< with at least one command at work
  std::uint64_t firmware_cycles = 0;               ///< in front of its commands, with no unit at work at all
  std::uint64_t processing_unit_cycles = 0;        ///< busy
  std::uint64_t special_function_unit_cycles = 0;  ///< busy, all its units together
  std::uint64_t transfer_cycles = 0;               ///< of the DMA, busy and waiting for bus and memory
  std::uint64_t port_stall_cycles = 0;             ///< of any unit, waiting for a buffer's port
  std::uint64_t macs = 0;
  std::uint64_t bytes_loaded = 0;
  std::uint64_t bytes_stored = 0;

  std::uint64_t bytes() const { return bytes_loaded + bytes_stored; }
  /// The cycles it accounts for: at work, and waiting for firmware to give it work.
  std::uint64_t all_cycles() const { return cycles + firmware_cycles; }

  /// Adds what the same operator did elsewhere: in another sentence or another layer.
  OperatorReport& operator+=(const OperatorReport& other) {
    commands += other.commands;
    cycles += other.cycles;
    firmware_cycles += other.firmware_cycles;
    processing_unit_cycles += other.processing_unit_cycles;
    special_function_unit_cycles += other.special_function_unit_cycles;
    transfer_cycles += other.transfer_cycles;
    port_stall_cycles += other.port_stall_cycles;
    macs += other.macs;
    bytes_loaded += other.bytes_loaded;
    bytes_stored += other.bytes_stored;
    return *this;
  }
};

}  // namespace edgebert
