// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/vcd_trace.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include <fmt/format.h>

#include "contract/file.hpp"

namespace edgebert::tracing {
namespace fs = std::filesystem;

namespace {

constexpr const char* top = "edgebert";
constexpr const char* nothing = "-";

/// Printable characters from '!' on name signals; there are fewer signals than characters.
char identifier(std::size_t signal) {
  return static_cast<char>('!' + signal);
}

std::string name_of_command(const Command& command) {
  return fmt::format("layer{:02}.{}.head{:02}.row{}.column{}", command.layer, name_of(command.op),
                     command.head, command.row, command.column);
}

std::string number_value(std::uint8_t value) {
  return fmt::format("b{:08b} ", value);
}
std::string real_value(double value) {
  return fmt::format("r{:.9g} ", value);
}
std::string text_value(std::string_view text) {
  return fmt::format("s{} ", text);
}

// Flags of a trace in GTKWave's save files (its analyzer.h).
constexpr unsigned as_wire = 0x28;    ///< binary, right-justified
constexpr unsigned as_number = 0x24;  ///< decimal, right-justified
constexpr unsigned as_text = 0x820;   ///< ASCII
constexpr unsigned as_curve = 0x8024;
constexpr unsigned as_heading = 0x200;
constexpr unsigned curve_room = 0x20000;  ///< a row more for the curve above

}  // namespace

fs::path save_file_of(const fs::path& dump) {
  fs::path path = dump;
  if (path.extension() == ".gz") path.replace_extension();
  return path.replace_extension(".gtkw");
}

VcdTrace::VcdTrace(const fs::path& path, const TraceOptions& options) : options_(options), file_(path) {
  const bool units =
      std::any_of(options.tracks.begin(), options.tracks.begin() + unit_count, [](bool is) { return is; });
  core_ = declare(options.has(Track::core), "", "core", Kind::text, text_value("running"));
  layer_ = declare(units, "", "layer", Kind::number, number_value(0));
  operator_ = declare(units, "", "operator", Kind::text, text_value(nothing));
  voltage_ = declare(options.has(Track::dvfs), "", "voltage_V", Kind::real, real_value(0));
  clock_ = declare(options.has(Track::dvfs), "", "clock_MHz", Kind::real, real_value(0));
  for (std::size_t line = 0; line < interrupt_count; ++line) {
    lines_[line] = declare(options.has(Track::interrupts), "interrupts", std::string(interrupt_name(line)),
                           Kind::wire, "0");
  }
  for (std::size_t unit = 0; unit < unit_count; ++unit) {
    const std::string scope(name_of(static_cast<Track>(unit)));
    states_[unit] = declare(options.has_unit(unit), scope, "state", Kind::text, text_value("idle"));
    commands_[unit] = declare(options.has_unit(unit), scope, "command", Kind::text, text_value(nothing));
  }
}

VcdTrace::~VcdTrace() {
  if (finished_ || !header_written_) return;
  try {
    finish();
  } catch (const std::exception&) {
    // The run has failed already, and says why.
  }
}

VcdTrace::SignalIndex VcdTrace::declare(bool traced, const std::string& scope, const std::string& name,
                                        Kind kind, const std::string& value) {
  if (!traced) return std::nullopt;
  signals_.push_back({scope, name, kind, value, ""});
  return signals_.size() - 1;
}

void VcdTrace::write_header() {
  header_written_ = true;
  std::string text =
      fmt::format("$version edgebert-sim $end\n$timescale 1 fs $end\n$scope module {} $end\n", top);
  std::string scope;
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    const Signal& signal = signals_[i];
    if (signal.scope != scope) {
      if (!scope.empty()) text += "$upscope $end\n";
      text += fmt::format("$scope module {} $end\n", signal.scope);
      scope = signal.scope;
    }
    constexpr const char* kinds[] = {"wire 1", "wire 8", "real 64", "string 1"};
    text += fmt::format("$var {} {} {}{} $end\n", kinds[static_cast<std::size_t>(signal.kind)], identifier(i),
                        signal.name, signal.kind == Kind::number ? " [7:0]" : "");
  }
  if (!scope.empty()) text += "$upscope $end\n";
  text += fmt::format("$upscope $end\n$enddefinitions $end\n#{}\n$dumpvars\n", options_.from);
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    text += signals_[i].value + identifier(i) + '\n';
    signals_[i].shown = signals_[i].value;
  }
  file_.write(text + "$end\n");
  written_ = options_.from;
}

void VcdTrace::set(Time time, SignalIndex signal, std::string value) {
  if (signal) waiting_.emplace(std::max(time, written_), std::pair(*signal, std::move(value)));
}

/// Nothing earlier than this can come any more.
Time VcdTrace::horizon() const {
  Time earliest = now_;
  for (const auto& since : running_since_) {
    if (since) earliest = std::min(earliest, *since);
  }
  return earliest;
}

/// Writes the changes before a time, a time stamp at a time.
void VcdTrace::release(Time until) {
  while (!waiting_.empty() && waiting_.begin()->first < until && !stopped_) {
    const Time time = waiting_.begin()->first;
    if (time >= options_.to) break;
    if (time > options_.from && !header_written_) write_header();
    const auto end = waiting_.upper_bound(time);
    for (auto change = waiting_.begin(); change != end; ++change)
      signals_[change->second.first].value = std::move(change->second.second);
    waiting_.erase(waiting_.begin(), end);
    if (header_written_) write_changes(time);
    if (file_.size() + limit_reserve > options_.limit) stopped_ = time;
  }
  if (stopped_) waiting_.clear();
}

void VcdTrace::write_changes(Time time) {
  std::string text = fmt::format("#{}\n", time);
  const std::size_t stamp = text.size();
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    Signal& signal = signals_[i];
    if (signal.value == signal.shown) continue;
    text += signal.value + identifier(i) + '\n';
    signal.shown = signal.value;
  }
  if (text.size() == stamp) return;
  file_.write(text);
  written_ = time;
}

void VcdTrace::finish() {
  for (std::size_t unit = 0; unit < unit_count; ++unit) {
    if (running_since_[unit]) set(*running_since_[unit], states_[unit], text_value("busy"));
  }
  release(now_ + 1);
  if (!header_written_) write_header();
  const Time end = std::min(stopped_.value_or(now_), options_.to);
  if (end > written_) file_.write(fmt::format("#{}\n", end));
  written_ = std::max(end, written_);
  finished_ = true;
  file_.close();
  if (file_.in_place()) return;
  const std::string save = save_file();
  write_file(save_file_of(file_.path()), {reinterpret_cast<const std::uint8_t*>(save.data()), save.size()});
}

/// Everything in view, the whole dump in the window's width.
std::string VcdTrace::save_file() const {
  // GTKWave's zoom is -log2 of the time in 200 columns of the window; its panes leave about 1000.
  constexpr double frames = 1000.0 / 200;
  const double shown = std::max(static_cast<double>(written_ - options_.from), frames);
  std::string text = fmt::format(
      "[*] GTKWave save file of edgebert-sim\n[dumpfile] \"{}\"\n[timestart] {}\n[size] 1500 880\n"
      "[sst_width] 180\n[signals_width] 240\n*{:.6f} {}\n[treeopen] {}.\n",
      fs::absolute(file_.path()).string(), options_.from, -std::log2(shown / frames), options_.from, top);
  std::string heading;
  for (const Signal& signal : signals_) {
    const std::string group = signal.scope.empty() ? top : signal.scope;
    if (group != heading) text += fmt::format("@{:x}\n-{}\n", as_heading, group);
    heading = group;
    constexpr unsigned flags[] = {as_wire, as_number, as_curve, as_text};
    const char* range = signal.kind == Kind::number ? "[7:0]" : "";
    text += fmt::format("@{:x}\n{}.{}{}{}{}\n", flags[static_cast<std::size_t>(signal.kind)], top,
                        signal.scope, signal.scope.empty() ? "" : ".", signal.name, range);
    if (signal.kind == Kind::real) text += fmt::format("@{:x}\n-\n-\n", curve_room);
  }
  return text;
}

void VcdTrace::command_begins(const Command& command) {
  now_ = command.start;
  running_since_[command.unit] = command.start;
  set(command.start, layer_, number_value(command.layer));
  set(command.start, operator_, text_value(name_of(command.op)));
  set(command.start, commands_[command.unit], text_value(name_of_command(command)));
  release(horizon());
}

void VcdTrace::command_ends(const Command& command, const Completion& completion) {
  now_ = completion.end;
  running_since_[command.unit].reset();
  using Wide = unsigned __int128;
  const std::uint64_t cycles = std::max<std::uint64_t>(completion.busy + completion.stalled(), 1);
  const auto stalled =
      static_cast<Time>(Wide{completion.end - command.start} * completion.stalled() / cycles);
  set(command.start, states_[command.unit], text_value("busy"));
  if (stalled != 0) set(completion.end - stalled, states_[command.unit], text_value("stalled"));
  set(completion.end, states_[command.unit], text_value("idle"));
  set(completion.end, commands_[command.unit], text_value(nothing));
  release(horizon());
}

void VcdTrace::interrupt(std::size_t line, Time now, bool raised) {
  now_ = now;
  set(now, lines_[line], raised ? "1" : "0");
  release(horizon());
}

void VcdTrace::sleeps(Time now) {
  now_ = now;
  set(now, core_, text_value("sleeping"));
  release(horizon());
}

void VcdTrace::wakes(Time now, std::string_view) {
  set(now, core_, text_value("running"));
}

void VcdTrace::operating_point(Time now, std::uint32_t microvolts, std::uint32_t kilohertz) {
  now_ = now;
  set(now, voltage_, real_value(microvolts / 1e6));
  set(now, clock_, real_value(kilohertz / 1e3));
  release(horizon());
}

}  // namespace edgebert::tracing
