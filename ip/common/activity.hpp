// SPDX-License-Identifier: Apache-2.0
// Which units work at the same time: how much of the transfers is hidden behind computation. Every unit says
// when a command begins and when it ends, in domain time (clock_domain.hpp).
#pragma once
#include <systemc>

namespace edgebert {

class Activity {
 public:
  enum class Kind { computation, transfer };

  void begin(Kind kind, const sc_core::sc_time& now) {
    advance(now);
    ++running_[static_cast<unsigned>(kind)];
  }
  void end(Kind kind, const sc_core::sc_time& now) {
    advance(now);
    --running_[static_cast<unsigned>(kind)];
  }
  /// Domain time with at least one unit at work.
  const sc_core::sc_time& busy() const { return busy_; }
  /// Domain time with a transfer and a computation at work.
  const sc_core::sc_time& overlapped() const { return overlapped_; }

 private:
  void advance(const sc_core::sc_time& now) {
    const bool computes = running_[0] != 0;
    const bool transfers = running_[1] != 0;
    if (computes || transfers) busy_ += now - last_;
    if (computes && transfers) overlapped_ += now - last_;
    last_ = now;
  }

  unsigned running_[2] = {};
  sc_core::sc_time last_;
  sc_core::sc_time busy_;
  sc_core::sc_time overlapped_;
};

}  // namespace edgebert
