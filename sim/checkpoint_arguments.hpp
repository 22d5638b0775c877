// SPDX-License-Identifier: Apache-2.0
// The commands that make checkpoints and images, and tell of them: compile, quantize-report, generate.
#pragma once
#include "sim/commands.hpp"

namespace CLI {
class App;
}

namespace edgebert::sim {

/// @param code  out: what the command, if it is called, ends with
void add_compile(CLI::App& app, CompileOptions& options, int& code);
void add_quantize_report(CLI::App& app, QuantizeReportOptions& options, int& code);
void add_generate(CLI::App& app, GenerateOptions& options, int& code);

}  // namespace edgebert::sim
