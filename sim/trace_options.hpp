// SPDX-License-Identifier: Apache-2.0
// Timelines and waveforms of a run, as the command line asks for them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "platform/tracing/chrome_trace.hpp"
#include "platform/tracing/trace_options.hpp"
#include "platform/tracing/vcd_trace.hpp"
#include "sim/commands.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {

/// Window, units and limit.
/// @throws Error(usage) if a value is none, or says what cannot be
tracing::TraceOptions trace_options_of(const RunOptions& options);

/// Owns the traces of one run.
class RunTraces {
 public:
  /// Opens their files.
  /// @throws Error(usage), Error(input)
  explicit RunTraces(const RunOptions& options);

  std::vector<tracing::Listener*> listeners() const;
  /// Says in the files what ran.
  void describe(const RunReport& report);
  void begin_sentence(const std::string& text);
  /// Completes the files.
  /// @return a line for each that stopped at its limit
  /// @throws Error(input)
  std::vector<std::string> finish();

 private:
  std::unique_ptr<tracing::ChromeTrace> timeline_;
  std::string timeline_file_;
  std::unique_ptr<tracing::VcdTrace> waveforms_;
  std::string waveforms_file_;
};

}  // namespace edgebert::sim
