// SPDX-License-Identifier: Apache-2.0
// Signals as things to wait for: no handler runs, nothing is interrupted.
#pragma once
#include <csignal>
#include <ctime>

namespace edgebert::sim {

/// While one exists, SIGINT, SIGTERM, SIGHUP and SIGCHLD are kept for wait().
class SignalWatch {
 public:
  SignalWatch() {
    sigemptyset(&watched_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&watched_, signal);
    sigprocmask(SIG_BLOCK, &watched_, &before_);
  }
  ~SignalWatch() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// What a child process must restore before it becomes another program.
  const sigset_t& before() const { return before_; }

  /// Waits at most so many seconds.
  /// @return whether the program is asked to end
  bool wait(double seconds) const {
    const auto whole = static_cast<time_t>(seconds);
    const timespec limit{whole, static_cast<long>((seconds - static_cast<double>(whole)) * 1e9)};
    const int signal = sigtimedwait(&watched_, nullptr, &limit);
    return signal > 0 && signal != SIGCHLD;
  }

 private:
  sigset_t watched_{};
  sigset_t before_{};
};

}  // namespace edgebert::sim
