// SPDX-License-Identifier: Apache-2.0
// Who runs the points. A point is a process of this program in its own folder, so that a crash, or whatever
// else a run can come to, costs one point. A launcher knows nothing of configurations and results.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/sweep/outcome.hpp"

namespace edgebert::sim {

/// A process to run.
struct Task {
  std::filesystem::path folder;        ///< where it runs, absolute; its output goes to `log` there
  std::vector<std::string> arguments;  ///< of this program
  std::optional<double> timeout;       ///< seconds of wall time
};

class Launcher {
 public:
  using Finished = std::function<void(std::size_t task, const Outcome& outcome)>;

  virtual ~Launcher() = default;
  /// Runs all tasks. SIGINT, SIGTERM and SIGHUP end those that run.
  /// @param finished  called as each task ends, in this thread
  /// @return false if a signal ended it
  virtual bool run(std::span<const Task> tasks, const Finished& finished) = 0;
};

/// Processes on this machine, so many at a time.
std::unique_ptr<Launcher> make_local_launcher(std::size_t jobs);

/// A Slurm job array; its script is written into `folder`.
/// @param jobs  tasks at a time; nothing: as Slurm decides
std::unique_ptr<Launcher> make_slurm_launcher(std::filesystem::path folder, std::optional<std::size_t> jobs);

/// Ends the job array of a sweep that was killed, should one still be there: two processes would write into
/// one point's folder.
/// @throws Error(Failure::usage) if Slurm is needed for that and does not answer
void end_abandoned_jobs(const std::filesystem::path& folder);

}  // namespace edgebert::sim
