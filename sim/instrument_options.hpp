// SPDX-License-Identifier: Apache-2.0
// Debugger, profile, log and traces of a run, as the command line asks for them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "platform/debug/gdb_server.hpp"
#include "platform/debug/profile.hpp"
#include "platform/instruments.hpp"
#include "sim/commands.hpp"
#include "sim/terminal.hpp"
#include "sim/trace_options.hpp"

namespace edgebert::sim {

/// Levels by source, from "name=level" each; later ones win. The console is always at `info` unless a spec
/// says otherwise.
/// @throws Error(usage)
std::map<std::string, LogLevel> log_levels_of(const std::vector<std::string>& specs);

/// A line of the log as a terminal shows it, with its end.
std::string text_of(const LogLine& line, const Style& style);

/// Owns what the instruments of one run point to.
class RunInstruments {
 public:
  /// Opens the debugger's port and says on stderr where it is.
  /// @throws Error(usage)
  RunInstruments(const RunOptions& options, const rv32::ElfFile& firmware);

  const Instruments& instruments() const { return instruments_; }
  /// Nothing without a profile.
  const debug::Profile* profile() const { return profile_.get(); }
  RunTraces& traces() { return traces_; }

 private:
  std::unique_ptr<debug::GdbServer> debugger_;
  std::unique_ptr<debug::Profile> profile_;
  RunTraces traces_;
  Instruments instruments_;
};

}  // namespace edgebert::sim
