// SPDX-License-Identifier: Apache-2.0
// A run as a timeline in the Chrome trace format: slices of commands, transfers, interrupts, firmware and
// sentences; counters of buffers, voltage, clock and power; arrows from the write that starts a command to
// the command, and from the command over its interrupt to firmware's acknowledgement. Written as the run goes
// on. Not shown: where in a command a unit waits, which the model does not know (it is in the slice's
// arguments).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/tracing/event_writer.hpp"
#include "platform/tracing/listener.hpp"
#include "platform/tracing/trace_options.hpp"

namespace edgebert::tracing {

class ChromeTrace : public Listener {
 public:
  /// @throws Error(Failure::input) if the file cannot be written
  ChromeTrace(const std::filesystem::path& path, const TraceOptions& options);
  /// What a failed run left, complete as far as it goes; no file if there was nothing to see.
  ~ChromeTrace() override;

  /// A fact about the run, for the file's "otherData"; before finish().
  void describe(std::string_view name, std::string_view text) { metadata_.add(name, text); }
  /// What the next sentence is called.
  void name_sentence(std::string_view text);
  /// Closes what is open and the file. @throws Error(Failure::input)
  void finish();
  /// When the limit was reached, if it was.
  std::optional<Time> stopped() const { return stopped_; }

  void command_begins(const Command& command) override;
  void command_ends(const Command& command, const Completion& completion) override;
  void transfers_begin(std::span<const Transfer> transfers) override;
  void interrupt(std::size_t line, Time now, bool raised) override;
  void sleeps(Time now) override;
  void wakes(Time now, std::string_view cause) override;
  void operating_point(Time now, std::uint32_t microvolts, std::uint32_t kilohertz) override;
  void buffers_in_use(Time now, const std::array<std::uint64_t, buffer_count>& bytes) override;
  void sentence_begins(Time now) override;
  void sentence_ends(Time now, std::span<const energy::PowerSegment> power) override;

 private:
  struct Running {
    Command command;
    std::uint64_t number;  ///< of all commands
  };
  /// A point of an arrow.
  struct FlowPoint {
    std::uint64_t id;
    Time at;
    char phase;
  };
  struct Raised {
    Time since;
    std::optional<Running> command;  ///< whose end raised it
  };
  struct Counter {
    unsigned process = 0;
    std::optional<EventArguments> before;  ///< its values when the window opens
    std::string shown;
  };

  void name_tracks();
  bool follow(Time now);
  void open();
  void close(Time end);
  void show_transfers(Time end);
  void slice(const Place& place, std::string_view name, Time begin, Time end, EventArguments arguments);
  void unit_slice(const Running& running, Time end, const Completion* completion);
  void line_slice(std::size_t line, Time end, bool acknowledged);
  void core_slice(Time end);
  void sleep_slice(Time end, std::string_view cause);
  void counter(unsigned process, std::string_view name, Time now, const EventArguments& values);
  void power(std::span<const energy::PowerSegment> segments);

  TraceOptions options_;
  EventWriter writer_;
  EventArguments metadata_;
  std::string sentence_ = "sentence";
  std::map<std::string, Counter, std::less<>> counters_;
  std::array<std::optional<Running>, unit_count> running_;
  std::array<std::optional<Running>, unit_count> ended_;  ///< the last one of each unit
  std::array<std::optional<Raised>, interrupt_count> raised_;
  std::vector<FlowPoint> core_points_;  ///< arrows that begin or end in firmware's present slice
  std::vector<Transfer> transfers_;     ///< of the DMA's running command
  Time awake_since_ = 0;
  std::optional<Time> asleep_since_;
  std::optional<Time> sentence_since_;
  std::uint64_t commands_ = 0;
  Time now_ = 0;  ///< of the latest call
  std::optional<Time> stopped_;
  bool opened_ = false;    ///< the window has begun
  bool closed_ = false;    ///< nothing but power comes any more
  bool finished_ = false;  ///< the file is complete
  bool empty_ = true;
};

}  // namespace edgebert::tracing
