// SPDX-License-Identifier: Apache-2.0
// A run as waveforms: interrupts, what each unit does and is doing it for, layer and operator, voltage and
// clock, in a value change dump (IEEE 1364-2005, clause 18) with GTKWave's string variables, and a save file
// for GTKWave beside it. SystemC's own writer samples variables at the kernel's time; here a core that runs
// ahead starts commands later than that, and a unit's waiting is known when its command ends.
//
// Where in a command a unit waits is not modelled: `stalled` stands at its end, by which others move it.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/tracing/listener.hpp"
#include "platform/tracing/trace_file.hpp"
#include "platform/tracing/trace_options.hpp"

namespace edgebert::tracing {

class VcdTrace : public Listener {
 public:
  /// @throws Error(Failure::input) if the file cannot be written
  VcdTrace(const std::filesystem::path& path, const TraceOptions& options);
  /// What a failed run left, complete as far as it goes; no file if there was nothing to see.
  ~VcdTrace() override;

  /// Closes the file and writes the save file, without which a device or a pipe does. @throws
  /// Error(Failure::input)
  void finish();
  /// When the limit was reached, if it was.
  std::optional<Time> stopped() const { return stopped_; }

  void command_begins(const Command& command) override;
  void command_ends(const Command& command, const Completion& completion) override;
  void transfers_begin(std::span<const Transfer>) override {}
  void interrupt(std::size_t line, Time now, bool raised) override;
  void sleeps(Time now) override;
  void wakes(Time now, std::string_view cause) override;
  void operating_point(Time now, std::uint32_t microvolts, std::uint32_t kilohertz) override;
  void buffers_in_use(Time, const std::array<std::uint64_t, buffer_count>&) override {}
  void sentence_begins(Time) override {}
  void sentence_ends(Time, std::span<const energy::PowerSegment>) override {}

 private:
  enum class Kind { wire, number, real, text };
  struct Signal {
    std::string scope;  ///< below the top one; empty: the top one
    std::string name;
    Kind kind = Kind::wire;
    std::string value;  ///< as the dump spells it, without the identifier
    std::string shown;
  };
  using SignalIndex = std::optional<std::size_t>;  ///< nothing: not traced

  SignalIndex declare(bool traced, const std::string& scope, const std::string& name, Kind kind,
                      const std::string& value);
  void set(Time time, SignalIndex signal, std::string value);
  void release(Time until);
  void write_header();
  void write_changes(Time time);
  Time horizon() const;
  std::string save_file() const;

  TraceOptions options_;
  TraceFile file_;
  std::vector<Signal> signals_;
  SignalIndex core_, layer_, operator_, voltage_, clock_;
  std::array<SignalIndex, interrupt_count> lines_;
  std::array<SignalIndex, unit_count> states_, commands_;
  std::array<std::optional<Time>, unit_count> running_since_;
  /// Changes that something earlier may still come in front of.
  std::multimap<Time, std::pair<std::size_t, std::string>> waiting_;
  Time now_ = 0;      ///< of the latest call
  Time written_ = 0;  ///< the last time stamp
  bool header_written_ = false;
  bool finished_ = false;
  std::optional<Time> stopped_;
};

/// Where the save file of a dump lies: beside it, ".gtkw" for ".vcd" or ".vcd.gz".
std::filesystem::path save_file_of(const std::filesystem::path& dump);

}  // namespace edgebert::tracing
