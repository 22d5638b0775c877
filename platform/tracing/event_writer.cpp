// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/event_writer.hpp"

#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgebert::tracing {
namespace {

constexpr Time femtoseconds_a_microsecond = 1'000'000'000;

/// Microseconds, without zeros at the end.
void append_time(std::string& text, Time time) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{}", time / femtoseconds_a_microsecond);
  const Time rest = time % femtoseconds_a_microsecond;
  if (rest == 0) return;
  fmt::format_to(out, ".{:09}", rest);
  text.erase(text.find_last_not_of('0') + 1);
}

}  // namespace

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void EventArguments::begin(std::string_view name) {
  fmt::format_to(std::back_inserter(text_), "{}\"{}\":", text_.empty() ? "" : ",", name);
}

EventArguments& EventArguments::add(std::string_view name, std::uint64_t value) {
  begin(name);
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

EventArguments& EventArguments::add(std::string_view name, double value) {
  begin(name);
  fmt::format_to(std::back_inserter(text_), "{:.9g}", value);
  return *this;
}

EventArguments& EventArguments::add(std::string_view name, std::string_view text) {
  begin(name);
  text_ += json_string(text);
  return *this;
}

EventWriter::EventWriter(const std::filesystem::path& path) : file_(path) {
  file_.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
}

void EventWriter::separate() {
  line_ = first_ ? "\n" : ",\n";
  first_ = false;
}

void EventWriter::write() {
  file_.write(line_);
}

void EventWriter::name_process(unsigned process, std::string_view name) {
  separate();
  fmt::format_to(std::back_inserter(line_),
                 R"({{"ph":"M","name":"process_name","pid":{0},"args":{{"name":"{1}"}}}},
{{"ph":"M","name":"process_sort_index","pid":{0},"args":{{"sort_index":{0}}}}})",
                 process, name);
  write();
}

void EventWriter::name_thread(const Place& place, std::string_view name) {
  separate();
  fmt::format_to(std::back_inserter(line_),
                 R"({{"ph":"M","name":"thread_name","pid":{0},"tid":{1},"args":{{"name":"{2}"}}}},
{{"ph":"M","name":"thread_sort_index","pid":{0},"tid":{1},"args":{{"sort_index":{1}}}}})",
                 place.process, place.thread, name);
  write();
}

void EventWriter::slice(const Place& place, std::string_view name, Time begin, Time end,
                        const EventArguments& arguments) {
  separate();
  fmt::format_to(std::back_inserter(line_), R"({{"ph":"X","pid":{},"tid":{},"ts":)", place.process,
                 place.thread);
  append_time(line_, begin);
  line_ += ",\"dur\":";
  append_time(line_, end - begin);
  fmt::format_to(std::back_inserter(line_), R"(,"name":"{}","args":{{{}}}}})", name, arguments.text());
  write();
}

void EventWriter::counter(unsigned process, std::string_view name, Time now, const EventArguments& values) {
  separate();
  fmt::format_to(std::back_inserter(line_), R"({{"ph":"C","pid":{},"ts":)", process);
  append_time(line_, now);
  fmt::format_to(std::back_inserter(line_), R"(,"name":"{}","args":{{{}}}}})", name, values.text());
  write();
}

void EventWriter::flow(char phase, std::uint64_t id, const Place& place, Time now) {
  separate();
  fmt::format_to(std::back_inserter(line_), R"({{"ph":"{}","id":{},"pid":{},"tid":{},"ts":)", phase, id,
                 place.process, place.thread);
  append_time(line_, now);
  line_ += phase == 'f' ? R"(,"bp":"e","name":"command","cat":"command"})"
                        : R"(,"name":"command","cat":"command"})";
  write();
}

void EventWriter::finish(const EventArguments& metadata) {
  file_.write("\n],\"otherData\":{" + metadata.text() + "}}\n");
  file_.close();
}

}  // namespace edgebert::tracing
