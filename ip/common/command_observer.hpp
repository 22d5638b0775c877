// SPDX-License-Identifier: Apache-2.0
// Who wants to know of every command: a unit says when it begins and, once it is complete, what it took and
// did. Costs no cycles.
#pragma once
#include <cstdint>
#include <systemc>

#include "contract/operators.hpp"
#include "contract/unit_regs.hpp"
#include "ip/common/stalls.hpp"

namespace edgebert {

/// What commands did; nothing for those that were refused.
struct Work {
  std::uint64_t macs = 0;          ///< multiply-accumulates of the shape, gated ones included
  std::uint64_t macs_gated = 0;    ///< those with an operand of 0
  std::uint64_t elements = 0;      ///< results written, or with softmax, normalised
  std::uint64_t exponentials = 0;  ///< evaluated
  std::uint64_t bytes_loaded = 0;  ///< moved into buffers
  std::uint64_t bytes_stored = 0;  ///< moved out of buffers

  Work& operator+=(const Work& other) {
    macs += other.macs;
    macs_gated += other.macs_gated;
    elements += other.elements;
    exponentials += other.exponentials;
    bytes_loaded += other.bytes_loaded;
    bytes_stored += other.bytes_stored;
    return *this;
  }
};

/// A command, by the TAG it was started with.
struct Command {
  unit::Kind unit;
  std::uint8_t layer;
  Operator op;
  sc_core::sc_time start;
  // The tile.
  std::uint8_t head = 0;
  std::uint16_t row = 0;
  std::uint16_t column = 0;
};

/// What a complete command took.
struct Completion {
  sc_core::sc_time end;
  Cycles busy;  ///< with the stalls, all cycles of the command
  Stalls stalls;
  Work work;
  Cycles port_cycles = 0;   ///< in which a data buffer was read or written, all of them together
  std::uint32_t error = 0;  ///< what STATUS.error will say
};

/// Begins and ends arrive in the order of their times.
class CommandObserver {
 public:
  virtual ~CommandObserver() = default;
  virtual void begin(const Command& command) = 0;
  /// The same command has been looked at: what it works on of the buffers is claimed.
  virtual void claimed(const Command&) {}
  virtual void end(const Command& command, const Completion& completion) = 0;
};

}  // namespace edgebert
