// SPDX-License-Identifier: Apache-2.0
// Widths, wrapping, bars and numbers of text output.
#include "sim/terminal.hpp"

#include <algorithm>

#include "tests/test.hpp"

using namespace edgebert::sim;

namespace {
constexpr Style ascii{false, false};
constexpr Style blocks{false, true};
}  // namespace

TEST_CASE("terminal: columns are those of a terminal") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("caf\u00e9") == 4);
  CHECK(columns_of("e\u0301") == 1);       // combining acute accent
  CHECK(columns_of("\u65e5\u672c") == 4);  // East Asian wide
  CHECK(columns_of("a\xff z") == 4);       // a byte that is not UTF-8
}

TEST_CASE("terminal: lines break at blanks, or anywhere if there are none") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("", 5) == Lines{""});
  CHECK(wrap("ab cd", 5) == Lines{"ab cd"});
  CHECK(wrap("ab cd ef", 5) == Lines{"ab cd", "ef"});
  CHECK(wrap("ab cdef", 5) == Lines{"ab", "cdef"});
  CHECK(wrap("abcdefgh", 5) == Lines{"abcde", "fgh"});
  CHECK(wrap("\u65e5\u672c\u8a9e", 5) == Lines{"\u65e5\u672c", "\u8a9e"});
}

TEST_CASE("terminal: long text loses its beginning") {
  CHECK(elided("short", 5) == "short");
  CHECK(elided("/a/long/path", 8) == ".../path");
  CHECK(elided("\u65e5\u672c\u8a9e", 5) == "...\u8a9e");
}

TEST_CASE("terminal: bars are as wide as asked") {
  CHECK(bar(0, 4, ascii) == "    ");
  CHECK(bar(0.5, 4, ascii) == "##  ");
  CHECK(bar(7, 4, ascii) == "####");
  CHECK(bar(-1, 2, ascii) == "  ");
  CHECK(bar(1, 2, blocks) == "\u2588\u2588");
  CHECK(bar(0.5, 1, blocks) == "\u258c");        // a half block
  CHECK(bar(1.0 / 16, 2, blocks) == "\u258f ");  // an eighth block
  CHECK(bar_with_marker(1, 0, 3, ascii) == "|##");
  CHECK(bar_with_marker(0, 1, 3, ascii) == "  |");
  CHECK(bar_with_marker(0.25, 0.5, 5, blocks) == "\u2588\u258e\u2502  ");
}

TEST_CASE("terminal: numbers and durations as a person reads them") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(duration(0.000411) == "411 us");
  CHECK(duration(0.0012345) == "1.234 ms");
  CHECK(duration(3.25) == "3.25 s");
  CHECK(duration(125) == "2 min 5 s");
}

TEST_CASE("terminal: colour only where wanted") {
  CHECK(bold("x", ascii) == "x");
  CHECK(bold("x", Style{true, false}) == "\x1b[1mx\x1b[0m");
}

TEST_CASE("terminal: a page is fitted to a narrow terminal, nothing is lost") {
  CHECK(fitted("short\n\n  also short\n", 20) == "short\n\n  also short\n");
  CHECK(fitted("  unit        busy   stalled\n", 20) == "  unit        busy\n    stalled\n");
  CHECK(fitted("\x1b[1mbold text of words\x1b[0m\n", 10) == "\x1b[1mbold text\n  of words\x1b[0m\n");
  const std::string wide = fitted(std::string(30, 'x') + " \u6620\u753b\u6620\u753b\u6620\u753b\n", 8);
  for (std::size_t begin = 0; begin < wide.size();) {
    const std::size_t end = wide.find('\n', begin);
    CHECK(columns_of(wide.substr(begin, end - begin)) <= 8);
    begin = end + 1;
  }
  CHECK(std::count(wide.begin(), wide.end(), 'x') == 30);
}
