// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/chrome_trace.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace edgebert::tracing {
namespace {

/// Groups of lines, from top to bottom.
enum Process : unsigned {
  host = 1,
  firmware = 2,
  accelerator = 3,
  memories = 4,
  interrupts = 5,
  supply = 6,
  buffers = 7,
};

constexpr Place sentences_place{host, 1};
constexpr Place core_place{firmware, 1};
constexpr Place bus_place{memories, 1};

constexpr Place place_of_unit(std::size_t unit) {
  return {accelerator, static_cast<unsigned>(unit) + 1};
}
constexpr Place place_of_line(std::size_t line) {
  return {interrupts, static_cast<unsigned>(line) + 1};
}
constexpr Place place_of_memory(Track memory) {
  return {memories, static_cast<unsigned>(memory) - static_cast<unsigned>(Track::bus) + 1};
}

constexpr double femtoseconds_a_second = 1e15;
constexpr std::uint64_t flow_bytes = 128;  ///< no event of an arrow is longer

/// Of a command, its arrow from firmware and its arrow back to it.
std::uint64_t arrow_in(std::uint64_t number) {
  return 2 * number;
}
std::uint64_t arrow_out(std::uint64_t number) {
  return 2 * number + 1;
}

/// As the log calls it.
std::string name_of_command(const Command& command) {
  return fmt::format("layer {} {}, head {}, row {}, column {}", command.layer, name_of(command.op),
                     command.head, command.row, command.column);
}

}  // namespace

ChromeTrace::ChromeTrace(const std::filesystem::path& path, const TraceOptions& options)
    : options_(options), writer_(path) {
  name_tracks();
}

ChromeTrace::~ChromeTrace() {
  if (finished_ || empty_) return;
  try {
    finish();
  } catch (const std::exception&) {
    // The run has failed already, and says why.
  }
}

void ChromeTrace::name_tracks() {
  const auto some_unit = [this](auto first, auto last) {
    return std::any_of(options_.tracks.begin() + first, options_.tracks.begin() + last,
                       [](bool is) { return is; });
  };
  const auto name = [this](Track track, const Place& place) {
    if (options_.has(track)) writer_.name_thread(place, name_of(track));
  };
  if (options_.has(Track::sentences)) writer_.name_process(host, "host");
  name(Track::sentences, sentences_place);
  if (options_.has(Track::core)) writer_.name_process(firmware, "core");
  name(Track::core, core_place);
  if (some_unit(0, unit_count)) writer_.name_process(accelerator, "accelerator");
  for (std::size_t unit = 0; unit < unit_count; ++unit) name(static_cast<Track>(unit), place_of_unit(unit));
  if (some_unit(static_cast<int>(Track::bus), static_cast<int>(Track::envm) + 1))
    writer_.name_process(memories, "bus and memories");
  name(Track::bus, bus_place);
  for (const Track memory : {Track::system_sram, Track::weight_memory, Track::envm})
    name(memory, place_of_memory(memory));
  if (options_.has(Track::interrupts)) {
    writer_.name_process(interrupts, "interrupts");
    for (std::size_t line = 0; line < interrupt_count; ++line)
      writer_.name_thread(place_of_line(line), interrupt_name(line));
  }
  if (options_.has(Track::dvfs) || options_.has(Track::power))
    writer_.name_process(supply, "power and clock");
  if (options_.has(Track::buffers)) writer_.name_process(buffers, "buffers in use");
}

void ChromeTrace::name_sentence(std::string_view text) {
  const std::string quoted = json_string(text);
  sentence_ = quoted.substr(1, quoted.size() - 2);
}

/// Time goes on. @return false if nothing more is written
bool ChromeTrace::follow(Time now) {
  if (closed_) return false;
  now_ = std::max(now_, now);
  if (now >= options_.from) open();
  if (now >= options_.to) {
    close(options_.to);
    return false;
  }
  const std::uint64_t kept_back = limit_reserve + core_points_.size() * flow_bytes;
  if (writer_.size() + kept_back > options_.limit) {
    stopped_ = now;
    close(now);
    return false;
  }
  return true;
}

/// The window begins: counters show what they were.
void ChromeTrace::open() {
  if (std::exchange(opened_, true)) return;
  for (auto& [name, counter] : counters_) {
    if (!counter.before) continue;
    counter.shown = counter.before->text();
    empty_ = false;
    writer_.counter(counter.process, name, options_.from, *counter.before);
  }
}

/// The window ends: everything that goes on is cut.
void ChromeTrace::close(Time end) {
  if (running_[static_cast<std::size_t>(Track::dma)]) show_transfers(end);
  for (const auto& running : running_) {
    if (running) unit_slice(*running, end, nullptr);
  }
  for (std::size_t line = 0; line < interrupt_count; ++line) {
    if (raised_[line]) line_slice(line, end, false);
  }
  if (asleep_since_) {
    sleep_slice(end, "the trace ends");
  } else {
    core_slice(end);
  }
  if (sentence_since_ && options_.has(Track::sentences))
    slice(sentences_place, sentence_, *sentence_since_, end, {});
  now_ = end;
  closed_ = true;
}

void ChromeTrace::finish() {
  if (!closed_) close(now_);
  if (stopped_) {
    metadata_.add("stopped_at_microseconds", static_cast<double>(*stopped_) / 1e9);
    metadata_.add("stopped_because", "the size limit was reached");
  }
  finished_ = true;
  writer_.finish(metadata_);
}

/// The part of it inside the window, if there is any.
void ChromeTrace::slice(const Place& place, std::string_view name, Time begin, Time end,
                        EventArguments arguments) {
  const Time from = std::max(begin, options_.from);
  const Time to = std::min(end, options_.to);
  if (from > to || end < options_.from || begin >= options_.to) return;
  if (end == options_.from && begin < end) return;
  if (from != begin || to != end) arguments.add("cut", std::uint64_t{1});
  empty_ = false;
  writer_.slice(place, name, from, to, arguments);
}

void ChromeTrace::command_begins(const Command& command) {
  if (!follow(command.start)) return;
  running_[command.unit] = Running{command, commands_};
  if (command.start >= options_.from && options_.has(Track::core) && options_.has_unit(command.unit))
    core_points_.push_back({arrow_in(commands_), command.start, 's'});
  ++commands_;
}

void ChromeTrace::unit_slice(const Running& running, Time end, const Completion* completion) {
  const Command& command = running.command;
  if (!options_.has_unit(command.unit)) return;
  EventArguments arguments;
  for (const Argument& each : command.shape) {
    if (!each.name.empty()) arguments.add(each.name, each.value);
  }
  if (completion != nullptr) {
    const auto add = [&](const char* name, std::uint64_t value) {
      if (value != 0) arguments.add(name, value);
    };
    arguments.add("busy_cycles", completion->busy);
    add("stalled_on_bus", completion->stalled_on_bus);
    add("stalled_on_memory", completion->stalled_on_memory);
    add("stalled_on_port", completion->stalled_on_port);
    add("macs", completion->macs);
    add("macs_gated", completion->macs_gated);
    add("elements", completion->elements);
    add("bytes", completion->bytes);
    add("error", completion->error);
  }
  slice(place_of_unit(command.unit), name_of_command(command), command.start, end, std::move(arguments));
  if (command.start >= options_.from && options_.has(Track::core))
    writer_.flow('f', arrow_in(running.number), place_of_unit(command.unit), command.start);
}

void ChromeTrace::command_ends(const Command& command, const Completion& completion) {
  std::optional<Running>& running = running_[command.unit];
  if (!follow(completion.end) || !running) return;
  if (command.unit == static_cast<std::size_t>(Track::dma)) show_transfers(completion.end);
  unit_slice(*running, completion.end, &completion);
  ended_[command.unit] = std::exchange(running, std::nullopt);
}

void ChromeTrace::transfers_begin(std::span<const Transfer> transfers) {
  transfers_.assign(transfers.begin(), transfers.end());
}

void ChromeTrace::show_transfers(Time end) {
  for (const Transfer& each : transfers_) {
    if (each.begin >= end) break;
    EventArguments arguments;
    arguments.add("address", fmt::format("{:#010x}", each.address)).add("bytes", each.bytes);
    const char* direction = each.write ? "write" : "read";
    const Time to = std::min(each.end, end);
    if (options_.has(Track::bus))
      slice(bus_place, fmt::format("{} {}", direction, name_of(each.memory)), each.begin, to, arguments);
    if (each.memory != Track::bus && options_.has(each.memory))
      slice(place_of_memory(each.memory), direction, each.begin, to, arguments);
  }
  transfers_.clear();
}

void ChromeTrace::interrupt(std::size_t line, Time now, bool raised) {
  if (!follow(now)) return;
  if (raised) {
    raised_[line] = Raised{now, line < unit_count ? ended_[line] : std::nullopt};
    return;
  }
  if (raised_[line]) line_slice(line, now, true);
  raised_[line].reset();
}

/// An interrupt from its rise to its end, and the arrow over it.
void ChromeTrace::line_slice(std::size_t line, Time end, bool acknowledged) {
  const Raised& raised = *raised_[line];
  const bool shown = options_.has(Track::interrupts);
  if (shown)
    slice(place_of_line(line), fmt::format("interrupt of {}", interrupt_name(line)), raised.since, end, {});
  // An arrow needs its first slice, and one more.
  if (!raised.command || !options_.has_unit(line) || raised.since <= options_.from) return;
  const bool handled = acknowledged && options_.has(Track::core);
  if (!shown && !handled) return;
  const std::uint64_t id = arrow_out(raised.command->number);
  writer_.flow('s', id, place_of_unit(line), std::max(raised.command->command.start, options_.from));
  if (shown) writer_.flow(handled ? 't' : 'f', id, place_of_line(line), raised.since);
  if (handled) core_points_.push_back({id, end, 'f'});
}

/// Firmware at work since it last slept.
void ChromeTrace::core_slice(Time end) {
  if (!options_.has(Track::core)) return;
  slice(core_place, "firmware", awake_since_, end, {});
  for (const FlowPoint& point : core_points_) writer_.flow(point.phase, point.id, core_place, point.at);
  core_points_.clear();
}

void ChromeTrace::sleep_slice(Time end, std::string_view cause) {
  if (options_.has(Track::core))
    slice(core_place, fmt::format("sleeps until {}", cause), *asleep_since_, end, {});
  asleep_since_.reset();
}

void ChromeTrace::sleeps(Time now) {
  if (!follow(now)) return;
  core_slice(now);
  asleep_since_ = now;
}

void ChromeTrace::wakes(Time now, std::string_view cause) {
  if (!follow(now)) return;
  sleep_slice(now, cause);
  awake_since_ = now;
}

/// A counter whose value does not change says nothing.
void ChromeTrace::counter(unsigned process, std::string_view name, Time now, const EventArguments& values) {
  auto found = counters_.find(name);
  if (found == counters_.end()) found = counters_.emplace(name, Counter{process, {}, {}}).first;
  Counter& counter = found->second;
  if (now < options_.from) {
    counter.before = values;
    return;
  }
  if (counter.shown == values.text()) return;
  counter.shown = values.text();
  empty_ = false;
  writer_.counter(process, name, now, values);
}

void ChromeTrace::operating_point(Time now, std::uint32_t microvolts, std::uint32_t kilohertz) {
  if (!follow(now) || !options_.has(Track::dvfs)) return;
  counter(supply, "voltage of the accelerator", now, EventArguments().add("V", microvolts / 1e6));
  counter(supply, "clock of the accelerator", now, EventArguments().add("MHz", kilohertz / 1e3));
}

void ChromeTrace::buffers_in_use(Time now, const std::array<std::uint64_t, buffer_count>& bytes) {
  if (!follow(now) || !options_.has(Track::buffers)) return;
  for (std::size_t i = 0; i < buffer_count; ++i)
    counter(buffers, buffer_names[i], now, EventArguments().add("bytes", bytes[i]));
}

void ChromeTrace::sentence_begins(Time now) {
  if (follow(now)) sentence_since_ = now;
}

void ChromeTrace::sentence_ends(Time now, std::span<const energy::PowerSegment> segments) {
  if (follow(now)) {
    if (sentence_since_ && options_.has(Track::sentences))
      slice(sentences_place, sentence_, *sentence_since_, now, {});
    sentence_since_.reset();
  }
  power(segments);
}

/// Watts of each domain in each span of the ledger's power trace: known only when the sentence is over.
void ChromeTrace::power(std::span<const energy::PowerSegment> segments) {
  if (!options_.has(Track::power) || finished_) return;
  for (const energy::PowerSegment& segment : segments) {
    const double seconds = segment.end - segment.start;
    const auto begin = static_cast<Time>(std::llround(segment.start * femtoseconds_a_second));
    const auto end = static_cast<Time>(std::llround(segment.end * femtoseconds_a_second));
    if (seconds <= 0 || end <= options_.from || begin >= (closed_ ? now_ : options_.to)) continue;
    EventArguments watts;
    for (std::size_t i = 0; i < energy::domain_count; ++i)
      watts.add(energy::name_of(static_cast<energy::Domain>(i)), segment.joules[i] / seconds);
    empty_ = false;
    writer_.counter(supply, "power, W", std::max(begin, options_.from), watts);
  }
}

}  // namespace edgebert::tracing
