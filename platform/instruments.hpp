// SPDX-License-Identifier: Apache-2.0
// What looks into a run: a debugger, a profile, a log, traces. None of it changes a result.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ip/common/log_level.hpp"

namespace edgebert {

namespace debug {
class GdbServer;
class Profile;
}  // namespace debug
namespace tracing {
class Listener;
}

/// One line of the log.
struct LogLine {
  double seconds;           ///< simulated
  std::string_view source;  ///< one of log_sources()
  LogLevel level;
  std::string_view text;
};

struct Instruments {
  debug::GdbServer* debugger = nullptr;
  debug::Profile* profile = nullptr;
  std::vector<tracing::Listener*> traces{};
  std::function<void(const LogLine&)> log{};
  std::map<std::string, LogLevel> log_levels{};  ///< of some sources; the others are silent
  std::set<std::string> traced_registers{};      ///< blocks whose every access by the core is logged
};

/// Who has something to say: every block of registers, the bus and the core.
std::vector<std::string> log_sources();
/// Blocks of registers that can be traced.
std::vector<std::string> traceable_blocks();

}  // namespace edgebert
