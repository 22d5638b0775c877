// SPDX-License-Identifier: Apache-2.0
// UTF-8 validity against Unicode 15, table 3-7; escaping; spelling distance.
#include "platform/config/text.hpp"

#include <array>

#include "tests/test.hpp"

using namespace edgebert;

TEST_CASE("text: well-formed UTF-8 of every length is accepted") {
  CHECK_FALSE(first_invalid_utf8(""));
  CHECK_FALSE(first_invalid_utf8("plain"));
  CHECK_FALSE(first_invalid_utf8("\xc2\x80\xdf\xbf"));
  CHECK_FALSE(first_invalid_utf8("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
  CHECK_FALSE(first_invalid_utf8("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

TEST_CASE("text: ill-formed UTF-8 is found where it starts") {
  CHECK(first_invalid_utf8("ab\x80") == 2u);            // continuation without a start
  CHECK(first_invalid_utf8("\xc1\xbf") == 0u);          // overlong
  CHECK(first_invalid_utf8("a\xe0\x9f\xbf") == 1u);     // overlong
  CHECK(first_invalid_utf8("\xed\xa0\x80") == 0u);      // surrogate
  CHECK(first_invalid_utf8("\xf0\x8f\xbf\xbf") == 0u);  // overlong
  CHECK(first_invalid_utf8("\xf4\x90\x80\x80") == 0u);  // beyond U+10FFFF
  CHECK(first_invalid_utf8("\xf5\x80\x80\x80") == 0u);  // never a start
  CHECK(first_invalid_utf8("good \xe2\x82") == 5u);     // truncated
  CHECK(first_invalid_utf8("caf\xe9 au lait") == 3u);   // Latin-1
}

TEST_CASE("text: what disturbs a terminal is escaped, the rest stays") {
  CHECK(printable("caf\xc3\xa9 \xe2\x82\xac") == "caf\xc3\xa9 \xe2\x82\xac");
  CHECK(printable("a\x1b[31mb\n\tc\x7f") == "a\\x1b[31mb\\x0a\\x09c\\x7f");
  CHECK(printable("\xc2\x9b") == "\\u{9b}");            // C1: CSI
  CHECK(printable("x\xe2\x80\xaey") == "x\\u{202e}y");  // right-to-left override
  CHECK(printable("\xe9!") == "\\xe9!");
}

TEST_CASE("text: the nearest candidate, the first of equals") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);  // Levenshtein's usual example
  const std::array<std::string, 3> candidates = {"pu.vmac_lanes", "buffers.data", "buffers.mask"};
  CHECK(nearest("pu.vmac_lane", candidates) == "pu.vmac_lanes");
  CHECK(nearest("buffers.xxxx", candidates) == "buffers.data");
  CHECK(nearest("x", {}) == "");
}
