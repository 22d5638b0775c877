// SPDX-License-Identifier: Apache-2.0
// Events of the Chrome trace format ("Trace Event Format", Google 2016, JSON object form), which Perfetto and
// chrome://tracing open. Time stamps are microseconds with as many decimals as femtoseconds need: exact.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "platform/tracing/trace_file.hpp"
#include "platform/tracing/tracks.hpp"

namespace edgebert::tracing {

/// A line of the timeline, or with thread 0 a process: a group of lines.
struct Place {
  unsigned process = 0;
  unsigned thread = 0;
};

/// The members of an "args" object, in their order.
class EventArguments {
 public:
  EventArguments& add(std::string_view name, std::uint64_t value);
  /// Nine digits of it.
  EventArguments& add(std::string_view name, double value);
  EventArguments& add(std::string_view name, std::string_view text);
  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name);
  std::string text_;
};

/// A quoted JSON string, all of it ASCII; what is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);

class EventWriter {
 public:
  /// @throws Error(Failure::input) if the file cannot be written
  explicit EventWriter(const std::filesystem::path& path);

  /// Names must be ASCII without quotes and backslashes, or come from json_string with its quotes cut off.
  void name_process(unsigned process, std::string_view name);
  void name_thread(const Place& place, std::string_view name);
  void slice(const Place& place, std::string_view name, Time begin, Time end,
             const EventArguments& arguments);
  void counter(unsigned process, std::string_view name, Time now, const EventArguments& values);
  /// @param phase  's' start, 't' step, 'f' end; bound to the slice at the place that contains `now`
  void flow(char phase, std::uint64_t id, const Place& place, Time now);
  /// The last call. @param metadata  members of the object "otherData"
  /// @throws Error(Failure::input)
  void finish(const EventArguments& metadata);

  std::uint64_t size() const { return file_.size(); }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  void separate();
  void write();

  TraceFile file_;
  std::string line_;
  bool first_ = true;
};

}  // namespace edgebert::tracing
