// SPDX-License-Identifier: Apache-2.0
#include "sim/instrument_options.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/error.hpp"
#include "platform/config/text.hpp"
#include "sim/names.hpp"

namespace edgebert::sim {
namespace {

const std::vector<std::string>& level_names() {
  static const std::vector<std::string> names = {"off", "error", "warning", "info", "debug"};
  return names;
}

LogLevel level_of(const std::string& name, const std::string& spec) {
  const auto found = std::ranges::find(level_names(), name);
  if (found != level_names().end()) return static_cast<LogLevel>(found - level_names().begin());
  throw Error(
      Failure::usage,
      fmt::format("--log {}: no level is called '{}'; nearest is '{}' of off, error, warning, info, debug",
                  spec, name, nearest(name, level_names())));
}

std::uint16_t port_of(const std::string& text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, port);
  if (code == std::errc() && rest == end) return port;
  throw Error(Failure::usage, fmt::format("--gdb: '{}' is no port from 0 to 65535 and not 'stdio'", text));
}

debug::Connection connection_for(const std::string& where, const rv32::ElfFile& firmware) {
  if (where == "stdio") {
    // Ctrl-C in the debugger's terminal is the debugger's; it says so in the protocol.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    return debug::Connection::of_descriptors(dup(STDIN_FILENO), dup(STDOUT_FILENO));
  }
  debug::Connection connection = debug::Connection::listen(port_of(where));
  print_error(fmt::format("waiting for a debugger: gdb-multiarch {} -ex 'target remote 127.0.0.1:{}'\n",
                          printable(firmware.name()), connection.port()));
  return connection;
}

}  // namespace

std::map<std::string, LogLevel> log_levels_of(const std::vector<std::string>& specs) {
  std::map<std::string, LogLevel> levels = {{"console", LogLevel::info}};
  for (const std::string& spec : specs) {
    const auto equals = spec.rfind('=');
    if (equals == std::string::npos)
      throw Error(Failure::usage,
                  fmt::format("--log {}: give NAME=LEVEL, like dma=debug or '.*=info'", spec));
    const LogLevel level = level_of(spec.substr(equals + 1), spec);
    for (const std::string& name : names_matching(spec.substr(0, equals), log_sources(), "log source"))
      levels[name] = level;
  }
  return levels;
}

std::string text_of(const LogLine& line, const Style& style) {
  const std::string text = printable(line.text);
  if (line.source == "console")
    return fmt::format("{} {}\n", dim(fmt::format("[{:>8.3f} ms]", line.seconds * 1e3), style), text);
  const std::string time = dim(fmt::format("[{:>11.6f} ms]", line.seconds * 1e3), style);
  const bool urgent = line.level <= LogLevel::warning;
  const std::string source =
      fmt::format("{} {}:", line.source, level_names()[static_cast<std::size_t>(line.level)]);
  return fmt::format("{} {} {}\n", time, urgent ? red(source, style) : source, text);
}

RunInstruments::RunInstruments(const RunOptions& options, const rv32::ElfFile& firmware) : traces_(options) {
  instruments_.log_levels = log_levels_of(options.log);
  for (const std::string& pattern : options.trace_registers) {
    for (std::string& name : names_matching(pattern, traceable_blocks(), "block of registers"))
      instruments_.traced_registers.insert(std::move(name));
  }
  instruments_.log = [style = style_of(STDERR_FILENO)](const LogLine& line) {
    print_error(text_of(line, style));
  };
  if (options.profile) profile_ = std::make_unique<debug::Profile>(firmware);
  if (options.gdb == "stdio" && options.json == "-")
    throw Error(Failure::usage, "run: --gdb stdio and --json - both want standard output");
  if (options.gdb) debugger_ = std::make_unique<debug::GdbServer>(connection_for(*options.gdb, firmware));
  instruments_.profile = profile_.get();
  instruments_.traces = traces_.listeners();
  instruments_.debugger = debugger_.get();
}

}  // namespace edgebert::sim
