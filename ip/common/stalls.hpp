// SPDX-License-Identifier: Apache-2.0
// What a unit with a command waits for. Busy, stalled and idle cycles of a unit add up to all cycles.
#pragma once
#include "ip/common/timing.hpp"

namespace edgebert {

/// Cycles in which a unit with a command waits.
struct Stalls {
  Cycles bus = 0;     ///< burst overhead, and beats the core took
  Cycles memory = 0;  ///< latency
  Cycles port = 0;    ///< the single port of a buffer

  Cycles total() const { return bus + memory + port; }
  bool operator==(const Stalls&) const = default;
  Stalls& operator+=(const Stalls& other) {
    bus += other.bus;
    memory += other.memory;
    port += other.port;
    return *this;
  }
  Stalls& operator-=(const Stalls& other) {
    bus -= other.bus;
    memory -= other.memory;
    port -= other.port;
    return *this;
  }
};

}  // namespace edgebert
