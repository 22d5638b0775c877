// SPDX-License-Identifier: Apache-2.0
// What became of a point.
#pragma once
#include <string>

namespace edgebert::sim {

/// `status` is "done", the kind of a failure as docs/exit_codes.md names it, or "crashed".
struct Outcome {
  std::string status;
  std::string error;  ///< one line; empty if done
};

inline constexpr const char* status_done = "done";
inline constexpr const char* status_crashed = "crashed";

/// The outcome of a process.
/// @param wait_status  as waitpid gives it
/// @param messages     what it wrote to stderr
Outcome outcome_of(int wait_status, const std::string& messages);

/// The outcome of a process that had to be ended after so many seconds.
Outcome timed_out_after(double seconds);

}  // namespace edgebert::sim
