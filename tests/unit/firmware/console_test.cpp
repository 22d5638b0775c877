// SPDX-License-Identifier: Apache-2.0
// What firmware prints, character by character, against the host's printf where that prints the same.
#include "firmware/hal/console.hpp"

#include <cstdio>
#include <limits>
#include <string>

#include "tests/test.hpp"
#include "tests/unit/firmware/toy_model.hpp"

using namespace edgebert;
using namespace edgebert::firmware_test;

namespace {

constexpr firmware::Capabilities any{4, 128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};

template <typename... Arguments>
std::string printed(const char* format, Arguments... arguments) {
  FakeMachine machine(any, {});
  firmware::console_output::printf(format, arguments...);
  return machine.console;
}

template <typename Number>
std::string expected(const std::string& format, Number number) {
  char text[64];
  std::snprintf(text, sizeof text, format.c_str(), number);
  return text;
}

}  // namespace

TEST_CASE("console: numbers are printed as C prints them") {
  for (const std::string width : {"", "1", "4", "12", "04", "08", "012"}) {
    for (const std::uint32_t value : {0u, 7u, 10u, 4095u, 65536u, 2147483648u, 4294967295u}) {
      CHECK(printed(("%" + width + "u").c_str(), value) == expected("%" + width + "u", value));
      CHECK(printed(("%" + width + "x").c_str(), value) == expected("%" + width + "x", value));
    }
    for (const std::int32_t value : {0, 1, -1, 99, -100, std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max()})
      CHECK(printed(("%" + width + "d").c_str(), value) == expected("%" + width + "d", value));
  }
}

TEST_CASE("console: text, characters, several in a line, and what is no conversion") {
  CHECK(printed("layer %u of %s: %d%% %c\n", 3u, "twelve", -5, 'x') == "layer 3 of twelve: -5% x\n");
  CHECK(printed("[%6s]", "abc") == "[   abc]");
  CHECK(printed("[%2s]", "abc") == "[abc]");
  CHECK(printed("100%") == "100%");
  CHECK(printed("%q %5q") == "%q %5q");
}
