// SPDX-License-Identifier: Apache-2.0
// A clock that is never simulated edge by edge: it only turns cycles into time.
#pragma once
#include <systemc>

#include "ip/common/timing.hpp"

namespace edgebert {

class ClockDomain {
 public:
  explicit ClockDomain(double hertz) : period_(1.0 / hertz, sc_core::SC_SEC) {}

  const sc_core::sc_time& period() const { return period_; }
  /// In whole units of the time resolution: a double would round from 2^53 of them on.
  sc_core::sc_time time(Cycles cycles) const {
    return sc_core::sc_time::from_value(period_.value() * cycles);
  }
  /// Whole cycles a span of time takes, rounded up.
  Cycles cycles(const sc_core::sc_time& time) const { return ceil_divide(time.value(), period_.value()); }

 private:
  sc_core::sc_time period_;
};

}  // namespace edgebert
