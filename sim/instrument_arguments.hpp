// SPDX-License-Identifier: Apache-2.0
// Options of `run` that look into it and change no result.
#pragma once
#include "sim/commands.hpp"

namespace CLI {
class App;
}

namespace edgebert::sim {

/// Debugger, profile, logs, traces and dumps.
void add_instruments(CLI::App& command, RunOptions& options);

}  // namespace edgebert::sim
