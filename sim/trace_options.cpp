// SPDX-License-Identifier: Apache-2.0
#include "sim/trace_options.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/config/quantity.hpp"
#include "sim/names.hpp"

namespace edgebert::sim {
namespace {

/// A number with a unit that an option gives. @param scale  from the base unit
std::uint64_t quantity_of(const char* option, const std::string& text, config::Unit unit, double scale) {
  // What a double and 64 bits of femtoseconds hold; five hours.
  constexpr double most = 1.8e19;
  try {
    const double value = config::parse_quantity(text, unit) * scale;
    if (value >= 0 && value <= most) return static_cast<std::uint64_t>(std::round(value));
  } catch (const std::invalid_argument& problem) {
    throw Error(Failure::usage, fmt::format("{}: {}", option, problem.what()));
  }
  throw Error(Failure::usage, fmt::format("{}: '{}' is out of range", option, text));
}

constexpr double femtoseconds_a_second = 1e15;

}  // namespace

tracing::TraceOptions trace_options_of(const RunOptions& options) {
  tracing::TraceOptions trace;
  for (const auto& [given, name] : {std::pair(options.trace_from.has_value(), "--trace-from"),
                                    std::pair(options.trace_to.has_value(), "--trace-to"),
                                    std::pair(options.trace_limit.has_value(), "--trace-limit"),
                                    std::pair(!options.trace_units.empty(), "--trace-units")}) {
    if (given && !options.trace && !options.vcd)
      throw Error(Failure::usage, fmt::format("run: {} needs --trace or --vcd", name));
  }
  if (options.trace_from)
    trace.from =
        quantity_of("--trace-from", *options.trace_from, config::Unit::seconds, femtoseconds_a_second);
  if (options.trace_to)
    trace.to = quantity_of("--trace-to", *options.trace_to, config::Unit::seconds, femtoseconds_a_second);
  if (trace.to <= trace.from) {
    throw Error(Failure::usage, fmt::format("--trace-to {}: not later than --trace-from {}",
                                            *options.trace_to, options.trace_from.value_or("0")));
  }
  if (options.trace_limit)
    trace.limit = quantity_of("--trace-limit", *options.trace_limit, config::Unit::bytes, 1);
  if (trace.limit < tracing::smallest_limit) {
    throw Error(Failure::usage,
                fmt::format("--trace-limit {}: less than {}, which any trace takes", *options.trace_limit,
                            config::format_quantity(static_cast<double>(tracing::smallest_limit),
                                                    config::Unit::bytes)));
  }
  const std::vector<std::string> names = tracing::track_names();
  trace.tracks.fill(options.trace_units.empty());
  for (const std::string& pattern : options.trace_units) {
    for (const std::string& name : names_matching(pattern, names, "unit to trace"))
      trace.tracks[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())] = true;
  }
  return trace;
}

RunTraces::RunTraces(const RunOptions& options) {
  const tracing::TraceOptions trace = trace_options_of(options);
  if (options.trace) {
    timeline_ = std::make_unique<tracing::ChromeTrace>(*options.trace, trace);
    timeline_file_ = options.trace->string();
  }
  if (options.vcd) {
    if (tracing::save_file_of(*options.vcd) == *options.vcd) {
      throw Error(
          Failure::usage,
          fmt::format("--vcd {}: that is what the save file beside it will be called; give another name",
                      options.vcd->string()));
    }
    waveforms_ = std::make_unique<tracing::VcdTrace>(*options.vcd, trace);
    waveforms_file_ = options.vcd->string();
  }
}

std::vector<tracing::Listener*> RunTraces::listeners() const {
  std::vector<tracing::Listener*> listeners;
  if (timeline_) listeners.push_back(timeline_.get());
  if (waveforms_) listeners.push_back(waveforms_.get());
  return listeners;
}

void RunTraces::describe(const RunReport& report) {
  if (!timeline_) return;
  timeline_->describe("program", fmt::format("edgebert-sim {}", program_version));
  timeline_->describe("config", report.config_file);
  timeline_->describe("config_hash", report.config_hash);
  timeline_->describe("model", report.model_file);
  timeline_->describe("model_hash", report.model_hash);
  timeline_->describe("firmware_hash", report.firmware_hash);
}

void RunTraces::begin_sentence(const std::string& text) {
  if (timeline_) timeline_->name_sentence(text);
}

std::vector<std::string> RunTraces::finish() {
  std::vector<std::string> lines;
  const auto finish = [&lines](auto& trace, const std::string& file) {
    if (!trace) return;
    trace->finish();
    if (!trace->stopped()) return;
    lines.push_back(fmt::format(
        "{}: the trace stops at {:.6f} ms, where it reached its limit; see --trace-limit, --trace-from and "
        "--trace-units",
        file, static_cast<double>(*trace->stopped()) / 1e12));
  };
  finish(timeline_, timeline_file_);
  finish(waveforms_, waveforms_file_);
  return lines;
}

}  // namespace edgebert::sim
