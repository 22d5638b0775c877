// SPDX-License-Identifier: Apache-2.0
#include "sim/instrument_arguments.hpp"

#include <string>

#include <CLI/CLI.hpp>

namespace edgebert::sim {
namespace {

/// Debugger, profile and logs.
void add_debugging(CLI::App& command, RunOptions& options) {
  command
      .add_option_function<std::string>(
          "--gdb", [&](const std::string& where) { options.gdb = where.empty() ? "0" : where; },
          "wait for gdb on a port of 127.0.0.1, otherwise any free one, or on stdin and stdout")
      ->expected(0, 1)
      ->type_name("PORT|stdio");
  command
      .add_option_function<std::string>(
          "--profile",
          [&](const std::string& file) {
            options.profile = true;
            if (!file.empty()) options.profile_file = file;
          },
          "show firmware's time by function and by what it waited for; as JSON to FILE")
      ->expected(0, 1)
      ->type_name("FILE");
  command
      .add_option(
          "--log", options.log,
          "say on stderr what a block does: a name or regular expression; error, warning, info or debug")
      ->allow_extra_args(false)
      ->type_name("NAME=LEVEL");
  command
      .add_option(
          "--trace-registers", options.trace_registers,
          "say on stderr what the core reads from and writes to a block's registers: a name or regular "
          "expression")
      ->allow_extra_args(false)
      ->type_name("NAME");
}

/// Timelines.
void add_traces(CLI::App& command, RunOptions& options) {
  command
      .add_option("--trace", options.trace,
                  "write a timeline for ui.perfetto.dev or chrome://tracing; compressed if it ends in .gz")
      ->type_name("FILE.json[.gz]");
  command
      .add_option("--vcd", options.vcd,
                  "write waveforms, and a .gtkw beside them: gtkwave FILE.gtkw opens both")
      ->type_name("FILE.vcd[.gz]");
  command.add_option("--trace-from", options.trace_from, "trace from this simulated time on, like 1.2ms")
      ->type_name("TIME");
  command.add_option("--trace-to", options.trace_to, "trace up to this simulated time")->type_name("TIME");
  command
      .add_option("--trace-units", options.trace_units,
                  "trace only these units: a name or regular expression; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command
      .add_option("--trace-limit", options.trace_limit,
                  "stop the trace at this size, like 20MiB, before compression; 256MiB otherwise")
      ->type_name("BYTES");
}

/// Tensors as files.
void add_dumps(CLI::App& command, RunOptions& options) {
  command
      .add_option(
          "--dump", options.dump,
          "write tensors of a layer (0: embedding, or all), from platform and golden, as .npy; may be "
          "repeated")
      ->allow_extra_args(false)
      ->type_name("LAYER[:OPERATOR]");
  command.add_option("--dump-dir", options.dump_folder, "folder for them")->type_name("DIR");
}

}  // namespace

void add_instruments(CLI::App& command, RunOptions& options) {
  add_debugging(command, options);
  add_traces(command, options);
  add_dumps(command, options);
}

}  // namespace edgebert::sim
