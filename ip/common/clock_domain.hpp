// SPDX-License-Identifier: Apache-2.0
// A clock that is never simulated edge by edge: it only turns cycles into time. Its frequency may change,
// while nothing it clocks is at work; an edge falls on the change. Over changes, cycles are counted in domain
// time: the time in which the clock would have made the same cycles at its first frequency. Domain time is
// simulated time until the first change; whole cycles take whole periods of it at every frequency.
#pragma once
#include <iterator>
#include <systemc>
#include <vector>

#include "contract/error.hpp"
#include "ip/common/timing.hpp"

namespace edgebert {

class ClockDomain {
 public:
  explicit ClockDomain(double hertz)
      : first_period_(period_of(hertz)), changes_{{sc_core::SC_ZERO_TIME, 0, first_period_}} {}

  /// Now.
  const sc_core::sc_time& period() const { return changes_.back().period; }
  /// Of cycles at the present frequency. In whole units of the time resolution: a double would round from
  /// 2^53 of them on.
  sc_core::sc_time time(Cycles cycles) const {
    return sc_core::sc_time::from_value(period().value() * cycles);
  }
  /// Whole cycles a span of time takes at the present frequency, rounded up.
  Cycles cycles(const sc_core::sc_time& time) const { return ceil_divide(time.value(), period().value()); }

  /// Domain time of a moment that is not forgotten.
  sc_core::sc_time domain_time(const sc_core::sc_time& moment) const {
    auto change = changes_.rbegin();
    while (change->at > moment) {
      if (++change == changes_.rend())
        throw Error(Failure::internal,
                    "domain time of " + moment.to_string() + " was asked for, but is forgotten");
    }
    const std::uint64_t since = (moment - change->at).value();
    const std::uint64_t first = first_period_.value();
    const std::uint64_t present = change->period.value();
    const std::uint64_t passed =
        first == present
            ? since
            : static_cast<std::uint64_t>(static_cast<unsigned __int128>(since) * first / present);
    return sc_core::sc_time::from_value(change->domain_time + passed);
  }
  /// Domain time of so many cycles.
  sc_core::sc_time domain_time_of(Cycles cycles) const {
    return sc_core::sc_time::from_value(first_period_.value() * cycles);
  }
  /// Whole cycles of a span of domain time, rounded up.
  Cycles domain_cycles(const sc_core::sc_time& span) const {
    return ceil_divide(span.value(), first_period_.value());
  }

  /// Another frequency from `now` on, not before the last change.
  void change(const sc_core::sc_time& now, double hertz) {
    changes_.push_back({now, domain_time(now).value(), period_of(hertz)});
  }
  /// Nobody asks for moments before this one any more: the changes before it go, but for the last.
  void forget_before(const sc_core::sc_time& moment) {
    auto first = changes_.begin();
    while (std::next(first) != changes_.end() && std::next(first)->at <= moment) ++first;
    changes_.erase(changes_.begin(), first);
  }
  /// While a change is under way, nothing may begin to work.
  bool changing() const { return changing_; }
  void set_changing(bool changing) { changing_ = changing; }

 private:
  struct Change {
    sc_core::sc_time at;
    std::uint64_t domain_time;  ///< at `at`
    sc_core::sc_time period;    ///< from then on
  };
  static sc_core::sc_time period_of(double hertz) { return {1.0 / hertz, sc_core::SC_SEC}; }

  sc_core::sc_time first_period_;
  std::vector<Change> changes_;  ///< the first one is reset, or what forget_before left
  bool changing_ = false;
};

}  // namespace edgebert
