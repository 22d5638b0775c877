// SPDX-License-Identifier: Apache-2.0
// What text output knows of its terminal: colour, UTF-8, widths, bars, and a progress line.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgebert::sim {

/// Writes to standard output.
/// @throws Error(Failure::input) if that fails: a full disk
void print(std::string_view text);
/// Writes to standard error; what cannot be said there is lost.
void print_error(std::string_view text);

/// A command's report: text to standard output and JSON to a file, or JSON to standard output instead ("-").
/// @throws Error(Failure::input) if that fails
void write_reports(const std::optional<std::string>& json_target, const std::string& json,
                   const std::string& text);

/// How a stream may be written.
struct Style {
  bool colour = false;  ///< a terminal, NO_COLOR not set
  bool utf8 = false;    ///< block characters; ASCII otherwise
};

/// The style of a file descriptor in the present environment (NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG).
Style style_of(int descriptor);

/// Columns a page written there may have: 100, or fewer if it is a terminal that has fewer.
std::size_t page_width(int descriptor);

std::string bold(std::string_view text, const Style& style);
std::string dim(std::string_view text, const Style& style);
std::string red(std::string_view text, const Style& style);
std::string green(std::string_view text, const Style& style);

/// Terminal columns UTF-8 text takes: wide characters two, combining ones and colours none.
std::size_t columns_of(std::string_view text);

/// Text in lines of at most `width` columns, broken at blanks where there are any.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// A page in lines of at most `width` columns: longer ones go on below, further in.
std::string fitted(std::string_view page, std::size_t width);

/// Text of at most `width` columns: what is too long loses its beginning to "...".
std::string elided(std::string_view text, std::size_t width);

/// A bar of fraction x width cells, filled up with blanks to its width; in UTF-8 to an eighth of a cell.
/// @param fraction  clamped to 0 ... 1
std::string bar(double fraction, unsigned width, const Style& style);

/// The same with a marker at another fraction; the marker stands in front of the bar.
std::string bar_with_marker(double fraction, double marker, unsigned width, const Style& style);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// "1.23 ms", "4.5 s", "2 min 5 s".
std::string duration(double seconds);

/// A progress line on stderr, if that is a terminal; removed at the end.
class Progress {
 public:
  /// @param total  steps; none or one needs no line
  /// @param noun   what a step does, in the plural
  explicit Progress(std::size_t total, std::string noun = "sentences");
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// One more step is done.
  void step();

 private:
  std::size_t total_;
  std::string noun_;
  std::size_t done_ = 0;
  bool visible_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace edgebert::sim
