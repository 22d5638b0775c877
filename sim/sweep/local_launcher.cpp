// SPDX-License-Identifier: Apache-2.0
// One thread: start what may run, sleep until a child ends, a time limit passes or a signal comes. Children
// die with their sweep, even if that is killed, and lead process groups of their own, so that Ctrl-C reaches
// the sweep alone.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/exit_codes.hpp"
#include "sim/run_inputs.hpp"
#include "sim/sweep/launcher.hpp"
#include "sim/sweep/signals.hpp"

namespace edgebert::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double longest_sleep = 60;            // seconds
constexpr std::size_t most_messages = 1 << 20;  // bytes of stderr that are kept
constexpr const char* log_name = "log";

/// An open file.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }

 private:
  int number_;
};

struct Child {
  pid_t process;
  std::size_t task;
  std::optional<Clock::time_point> deadline;
  bool timed_out;
  Descriptor log;
  Descriptor messages;  ///< stderr, in memory: it must not be lost when the disk is full
};

/// What stands in a file that was written through another descriptor.
std::string contents_of(int descriptor) {
  std::string text(most_messages, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = pread(descriptor, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

/// Between fork and exec only what is safe there.
[[noreturn]] void become_program(const char* program, char* const* arguments, const char* folder, int log,
                                 int messages, pid_t parent, const sigset_t& signals) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  const bool ready = getppid() == parent && chdir(folder) == 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                     dup2(log, STDOUT_FILENO) >= 0 && dup2(messages, STDERR_FILENO) >= 0;
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  if (ready) execv(program, arguments);
  _exit(127);
}

class LocalLauncher : public Launcher {
 public:
  explicit LocalLauncher(std::size_t jobs) : jobs_(jobs), program_(program_file().string()) {}
  ~LocalLauncher() override { end_all(); }

  bool run(std::span<const Task> tasks, const Finished& finished) override {
    const SignalWatch signals;
    std::size_t next = 0;
    while (next < tasks.size() || !children_.empty()) {
      while (next < tasks.size() && children_.size() < jobs_) {
        if (const auto refused = start(tasks[next], next, signals)) finished(next, *refused);
        ++next;
      }
      if (children_.empty()) continue;
      if (signals.wait(seconds_to_next_deadline())) {
        end_all();
        return false;
      }
      collect(tasks, finished);
      end_late();
    }
    return true;
  }

 private:
  static Outcome cannot_start(const char* what) {
    return {name_of(Failure::input), fmt::format("cannot {}: {}", what, std::strerror(errno))};
  }

  /// @return the outcome, if the task could not be started
  std::optional<Outcome> start(const Task& task, std::size_t index, const SignalWatch& signals) {
    const std::string log_file = (task.folder / log_name).string();
    Descriptor log(open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
    if (log.get() < 0) return cannot_start("write its log");
    Descriptor messages(memfd_create("messages", MFD_CLOEXEC));
    if (messages.get() < 0) return cannot_start("keep its messages");
    std::vector<std::string> words = {program_};
    words.insert(words.end(), task.arguments.begin(), task.arguments.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string folder = task.folder.string();
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process == 0) {
      become_program(program_.c_str(), arguments.data(), folder.c_str(), log.get(), messages.get(), parent,
                     signals.before());
    }
    if (process < 0) return cannot_start("start a process");
    children_.push_back({process, index, deadline_of(task), false, std::move(log), std::move(messages)});
    return std::nullopt;
  }

  static std::optional<Clock::time_point> deadline_of(const Task& task) {
    if (!task.timeout) return std::nullopt;
    return Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*task.timeout));
  }

  double seconds_to_next_deadline() const {
    double seconds = longest_sleep;
    for (const Child& child : children_) {
      if (child.deadline && !child.timed_out)
        seconds = std::min(seconds, std::chrono::duration<double>(*child.deadline - Clock::now()).count());
    }
    return std::max(seconds, 0.0);
  }

  void collect(std::span<const Task> tasks, const Finished& finished) {
    for (std::size_t i = 0; i < children_.size();) {
      int status = 0;
      if (waitpid(children_[i].process, &status, WNOHANG) != children_[i].process) {
        ++i;
        continue;
      }
      const Child child = std::move(children_[i]);
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      const std::string messages = contents_of(child.messages.get());
      // A log that cannot be written costs the log; what went wrong is in the outcome.
      [[maybe_unused]] const ssize_t ignored = write(child.log.get(), messages.data(), messages.size());
      const bool too_late = child.timed_out && WIFSIGNALED(status);
      finished(child.task,
               too_late ? timed_out_after(*tasks[child.task].timeout) : outcome_of(status, messages));
    }
  }

  void end_late() {
    for (Child& child : children_) {
      if (child.timed_out || !child.deadline || Clock::now() < *child.deadline) continue;
      child.timed_out = true;
      kill(child.process, SIGKILL);
    }
  }

  void end_all() {
    for (const Child& child : children_) kill(child.process, SIGKILL);
    for (const Child& child : children_) waitpid(child.process, nullptr, 0);
    children_.clear();
  }

  std::size_t jobs_;
  std::string program_;
  std::vector<Child> children_;
};

}  // namespace

std::unique_ptr<Launcher> make_local_launcher(std::size_t jobs) {
  return std::make_unique<LocalLauncher>(jobs);
}

}  // namespace edgebert::sim
