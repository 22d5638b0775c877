// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/outcome.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sys/wait.h>

#include "platform/config/text.hpp"
#include "sim/exit_codes.hpp"

namespace edgebert::sim {
namespace {

constexpr std::string_view own_prefix = "edgebert-sim: ";
constexpr std::string_view warning_prefix = "edgebert-sim: warning: ";

/// The program's last word on stderr, without its name.
std::string last_error(std::string_view messages) {
  std::string last;
  while (!messages.empty()) {
    const std::size_t end = std::min(messages.find('\n'), messages.size());
    const std::string_view line = messages.substr(0, end);
    messages.remove_prefix(std::min(end + 1, messages.size()));
    if (line.starts_with(own_prefix) && !line.starts_with(warning_prefix))
      last = printable(line.substr(own_prefix.size()));
  }
  return last;
}

}  // namespace

Outcome outcome_of(int wait_status, const std::string& messages) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return {status_crashed, fmt::format("the run was ended by signal {} ({})", signal, strsignal(signal))};
  }
  const int code = WEXITSTATUS(wait_status);
  if (code == 0) return {status_done, ""};
  const auto known = std::ranges::find(exit_codes(), code, &ExitCode::code);
  if (known == exit_codes().end())
    return {status_crashed, fmt::format("the run ended with the unknown exit code {}; see its log", code)};
  const std::string error = last_error(messages);
  return {name_of(known->failure),
          error.empty() ? fmt::format("the run ended with exit code {}; see its log", code) : error};
}

Outcome timed_out_after(double seconds) {
  return {name_of(Failure::timeout),
          fmt::format("the run was not done within {} s of wall time (--timeout)", seconds)};
}

}  // namespace edgebert::sim
