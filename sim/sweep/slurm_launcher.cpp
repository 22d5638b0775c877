// SPDX-License-Identifier: Apache-2.0
// Job arrays. Task I of an array runs `sweep-point` in one folder of a list, and what became of it is read
// from that folder, so sweep and tasks share nothing but a file system. The job's name is made of the sweep's
// folder: a sweep that was killed finds its jobs again.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "platform/config/text.hpp"
#include "sim/run_inputs.hpp"
#include "sim/sweep/launcher.hpp"
#include "sim/sweep/point_folder.hpp"
#include "sim/sweep/signals.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_array = 1000;          // Slurm's default MaxArraySize allows indices to 1000
constexpr double look_seconds = 0.5;                 // how often folders are looked at
constexpr unsigned looks_per_question = 10;          // how often Slurm is asked
constexpr int longest_goodbye = 60;                  // seconds cancelled jobs may take to go
constexpr const char* script_name = "sweep.sbatch";  // there as long as jobs may be
constexpr const char* list_name = "sweep.tasks";

constexpr std::string_view script =
    "#!/bin/sh\n"
    "# A job array of `edgebert-sim sweep --launcher slurm`.\n"
    "# $1: the line of sweep.tasks that task 0 runs; $2: the program.\n"
    "#SBATCH --ntasks=1\n"
    "#SBATCH --cpus-per-task=1\n"
    "#SBATCH --output=slurm.log\n"
    "#SBATCH --open-mode=append\n"
    "folder=$(sed -n \"$(($1 + SLURM_ARRAY_TASK_ID))p\" sweep.tasks)\n"
    "exec \"$2\" sweep-point \"$PWD/$folder\"\n";

struct Answer {
  bool good;
  std::string text;  ///< stdout and stderr, on one line
};

std::string everything_from(int descriptor) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(descriptor, part.data(), part.size())) != 0;) {
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  return text;
}

/// Runs a command of Slurm's, found as a shell would, to its end.
/// @throws Error(Failure::usage) if there is no such command
Answer ask(std::vector<std::string> words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error(Failure::input, fmt::format("cannot start '{}': {}", words[0], std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int code = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  std::string text = code == 0 ? everything_from(ends[0]) : "";
  close(ends[0]);
  if (code != 0) {
    throw Error(Failure::usage,
                fmt::format("cannot start '{}': {}; is Slurm installed?", words[0], std::strerror(code)));
  }
  int status = 0;
  waitpid(process, &status, 0);
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, printable(text)};
}

std::string job_name(const fs::path& folder) {
  const std::string path = fs::canonical(folder).string();
  const std::string hash = sha256_of({reinterpret_cast<const std::uint8_t*>(path.data()), path.size()});
  return "edgebert-sweep-" + hash.substr(0, 16);
}

/// @return nothing if Slurm does not answer
std::optional<bool> jobs_are_there(const std::string& name) {
  const Answer answer = ask({"squeue", "--noheader", "--format=%i", "--name=" + name});
  if (!answer.good) return std::nullopt;
  return !answer.text.empty();
}

class SlurmLauncher : public Launcher {
 public:
  SlurmLauncher(fs::path folder, std::optional<std::size_t> jobs)
      : folder_(std::move(folder)), jobs_(jobs), name_(job_name(folder_)) {}

  bool run(std::span<const Task> tasks, const Finished& finished) override {
    if (tasks.empty()) return true;
    const SignalWatch signals;
    write_files(tasks);
    submit(tasks.size());
    std::vector<std::size_t> waiting(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) waiting[i] = i;
    for (unsigned look = 1; !waiting.empty(); ++look) {
      if (asked_to_end(signals)) {
        ask({"scancel", "--name=" + name_});
        return false;
      }
      // Asked first: what ends in between is found in its folder.
      const bool all_ended = look % looks_per_question == 0 && jobs_are_there(name_) == false;
      std::erase_if(waiting, [&](std::size_t task) { return collect(tasks[task], task, finished); });
      if (all_ended) give_up(waiting, finished);
    }
    fs::remove(folder_ / script_name);
    fs::remove(folder_ / list_name);
    return true;
  }

 private:
  void write_files(std::span<const Task> tasks) const {
    std::string list;
    for (const Task& task : tasks) list += task.folder.filename().string() + "\n";
    const auto write = [&](const char* name, std::string_view text) {
      write_file(folder_ / name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    write(list_name, list);
    write(script_name, script);
  }

  /// All or nothing: what was submitted before a refusal is cancelled.
  void submit(std::size_t count) const {
    try {
      for (std::size_t first = 0; first < count; first += largest_array)
        submit_array(first, std::min(largest_array, count - first));
    } catch (const Error&) {
      fs::remove(folder_ / script_name);
      fs::remove(folder_ / list_name);
      throw;
    }
  }

  void submit_array(std::size_t first, std::size_t count) const {
    const std::string limit = jobs_ ? fmt::format("%{}", *jobs_) : "";
    const Answer answer =
        ask({"sbatch", "--parsable", "--job-name=" + name_, "--chdir=" + folder_.string(),
             fmt::format("--array=0-{}{}", count - 1, limit), (folder_ / script_name).string(),
             std::to_string(first + 1), program_file().string()});
    if (answer.good) return;
    ask({"scancel", "--name=" + name_});
    throw Error(Failure::usage, fmt::format("sweep: Slurm refused the job array: {}", answer.text));
  }

  /// Sleeps until the next look.
  static bool asked_to_end(const SignalWatch& signals) { return signals.wait(look_seconds); }

  static bool collect(const Task& task, std::size_t index, const Finished& finished) {
    const std::optional<Outcome> outcome = take_outcome(task.folder);
    if (outcome) finished(index, *outcome);
    return outcome.has_value();
  }

  static void give_up(std::vector<std::size_t>& waiting, const Finished& finished) {
    for (const std::size_t task : waiting)
      finished(task, {status_crashed, "its Slurm task ended without a word; see slurm.log"});
    waiting.clear();
  }

  fs::path folder_;
  std::optional<std::size_t> jobs_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Launcher> make_slurm_launcher(fs::path folder, std::optional<std::size_t> jobs) {
  return std::make_unique<SlurmLauncher>(std::move(folder), jobs);
}

void end_abandoned_jobs(const fs::path& folder) {
  if (!fs::exists(folder / script_name)) return;
  const std::string name = job_name(folder);
  ask({"scancel", "--name=" + name});
  for (int second = 0; jobs_are_there(name).value_or(true); ++second) {
    if (second == longest_goodbye) {
      throw Error(
          Failure::usage,
          fmt::format("sweep: jobs of an earlier sweep named {} do not end; end them, then remove '{}'", name,
                      (folder / script_name).string()));
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  fs::remove(folder / script_name);
}

}  // namespace edgebert::sim
