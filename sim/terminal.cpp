// SPDX-License-Identifier: Apache-2.0
// Widths come from the C library's tables in the C.UTF-8 locale; grapheme clusters are not treated.
#include "sim/terminal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include <fmt/format.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "contract/error.hpp"
#include "contract/file.hpp"

namespace edgebert::sim {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = environment(name);
    if (value.empty()) continue;
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return std::tolower(c); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

std::string painted(const char* code, std::string_view text, const Style& style) {
  return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

/// A character of UTF-8 text: its bytes and its columns. Bytes that are not UTF-8 stand alone, one column
/// each.
struct Glyph {
  std::size_t bytes;
  std::size_t columns;
};

Glyph first_glyph(std::string_view text) {
  if (text.starts_with("\x1b[")) {  // a colour of ours: what is printable() has no escape character
    const std::size_t end = text.find('m');
    if (end != std::string_view::npos) return {end + 1, 0};
  }
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = uselocale(utf8 == nullptr ? static_cast<locale_t>(nullptr) : utf8);
  wchar_t character = 0;
  std::mbstate_t state{};
  const std::size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
  Glyph glyph{1, 1};
  if (bytes != 0 && bytes <= text.size())
    glyph = {bytes, static_cast<std::size_t>(std::max(0, wcwidth(character)))};
  uselocale(before);
  return glyph;
}

}  // namespace

void print(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(Failure::input, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  }
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void write_reports(const std::optional<std::string>& json_target, const std::string& json,
                   const std::string& text) {
  print(json_target == "-" ? json : text);
  if (json_target && *json_target != "-")
    write_file(*json_target, {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()},
               Durability::flushed);
}

Style style_of(int descriptor) {
  const bool colour =
      isatty(descriptor) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return {colour, locale_is_utf8()};
}

std::size_t page_width(int descriptor) {
  constexpr std::size_t widest = 100;
  winsize size{};
  if (isatty(descriptor) != 1 || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return widest;
  return std::min<std::size_t>(widest, size.ws_col);
}

std::string bold(std::string_view text, const Style& style) {
  return painted("1", text, style);
}
std::string dim(std::string_view text, const Style& style) {
  return painted("2", text, style);
}
std::string red(std::string_view text, const Style& style) {
  return painted("31", text, style);
}
std::string green(std::string_view text, const Style& style) {
  return painted("32", text, style);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes);
  }
  return columns;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (columns_of(text) > width) {
    std::size_t fits = 0;   // bytes of the line
    std::size_t blank = 0;  // where the last blank in it stands
    for (std::size_t columns = 0; fits < text.size();) {
      const Glyph glyph = first_glyph(text.substr(fits));
      if (text[fits] == ' ') blank = fits;
      if (columns + glyph.columns > width) break;
      columns += glyph.columns;
      fits += glyph.bytes;
    }
    const bool at_blank = blank > 0;
    lines.emplace_back(text.substr(0, at_blank ? blank : fits));
    text.remove_prefix(at_blank ? blank + 1 : fits);
  }
  lines.emplace_back(text);
  return lines;
}

std::string fitted(std::string_view page, std::size_t width) {
  constexpr std::size_t hanging = 2;
  std::string text;
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    std::string_view line = page.substr(0, end);
    page.remove_prefix(std::min(end + 1, page.size()));
    if (columns_of(line) <= width) {
      text.append(line).append("\n");
      continue;
    }
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t indent = std::min(blanks, width / 2);
    line.remove_prefix(blanks);
    std::string_view rest = line;
    for (std::size_t inset = indent; !rest.empty(); inset = std::min(indent + hanging, width / 2)) {
      const std::string first = wrap(rest, width - inset).front();
      text.append(inset, ' ').append(first.substr(0, first.find_last_not_of(' ') + 1)).append("\n");
      rest.remove_prefix(first.size());
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
  }
  return text;
}

std::string elided(std::string_view text, std::size_t width) {
  if (columns_of(text) <= width) return std::string(text);
  while (!text.empty() && columns_of(text) + 3 > width) text.remove_prefix(first_glyph(text).bytes);
  return "..." + std::string(text);
}

std::string bar(double fraction, unsigned width, const Style& style) {
  static constexpr std::array<const char*, 8> eighths = {"",       "\u258f", "\u258e", "\u258d",
                                                         "\u258c", "\u258b", "\u258a", "\u2589"};
  const double cells = std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0) * width;
  std::string text;
  unsigned used = 0;
  if (style.utf8) {
    const auto parts = static_cast<unsigned>(std::lround(cells * 8));
    for (; used < parts / 8; ++used) text += "\u2588";
    if (parts % 8 != 0) {
      text += eighths[parts % 8];
      ++used;
    }
  } else {
    for (; used < static_cast<unsigned>(std::lround(cells)); ++used) text += '#';
  }
  return text + std::string(width - used, ' ');
}

std::string bar_with_marker(double fraction, double marker, unsigned width, const Style& style) {
  const std::string plain = bar(fraction, width, style);
  const auto cell = static_cast<unsigned>(std::clamp(marker, 0.0, 1.0) * (width - 1) + 0.5);
  std::string text;
  std::string_view rest = plain;
  for (unsigned i = 0; i < width; ++i) {
    const std::size_t bytes = first_glyph(rest).bytes;
    text += i == cell ? (style.utf8 ? "\u2502" : "|") : std::string(rest.substr(0, bytes));
    rest.remove_prefix(bytes);
  }
  return text;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string duration(double seconds) {
  if (seconds >= 60) {
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  if (seconds >= 1) return fmt::format("{:.4g} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.4g} ms", seconds * 1e3);
  return fmt::format("{:.4g} us", seconds * 1e6);
}

Progress::Progress(std::size_t total, std::string noun)
    : total_(total),
      noun_(std::move(noun)),
      visible_(total > 1 && isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"),
      start_(std::chrono::steady_clock::now()) {
  if (visible_) print_error(fmt::format("0/{} {}", total_, noun_));
}

Progress::~Progress() {
  if (visible_) print_error("\r\x1b[K");
}

void Progress::step() {
  ++done_;
  if (!visible_) return;
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double each = elapsed / static_cast<double>(done_);
  const std::string speed = each > 0 && each <= 1 ? fmt::format("{:.1f} a second", 1 / each)
                                                  : fmt::format("{} each", duration(each));
  const double left = each * static_cast<double>(total_ - done_);
  // A line that is wrapped could not be taken back.
  const std::size_t room = page_width(STDERR_FILENO) - 1;
  std::string line = fmt::format("{}/{} {}", done_, total_, noun_);
  for (const std::string& part : {fmt::format(", {}", speed), fmt::format(", {} left", duration(left))}) {
    if (columns_of(line) + columns_of(part) <= room) line += part;
  }
  print_error("\r\x1b[K" + line);
}

}  // namespace edgebert::sim
