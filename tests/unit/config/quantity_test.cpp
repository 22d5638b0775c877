// SPDX-License-Identifier: Apache-2.0
// Numbers with units: values, spellings and refusals.
#include "platform/config/quantity.hpp"

#include "tests/test.hpp"

using namespace edgebert::config;
using Catch::Matchers::Message;

TEST_CASE("quantity: units give exact values in the base unit") {
  CHECK(parse_quantity("128 KiB", Unit::bytes) == 131072);
  CHECK(parse_quantity("1.5MiB", Unit::bytes) == 1572864);
  CHECK(parse_quantity("77", Unit::bytes) == 77);
  CHECK(parse_quantity("1 GHz", Unit::hertz) == 1e9);
  CHECK(parse_quantity("716.8 MHz", Unit::hertz) == 716800000);
  CHECK(parse_quantity("40 ns", Unit::nanoseconds) == 40);
  CHECK(parse_quantity("1.1 us", Unit::nanoseconds) == 1100);
  CHECK(parse_quantity("2 min", Unit::seconds) == 120);
  CHECK(parse_quantity("1e-3", Unit::seconds) == 0.001);
  CHECK(parse_quantity("0.3 nat", Unit::nats) == 0.3);
}

TEST_CASE("quantity: what is not one number with a known unit is refused") {
  const auto refused = [](const char* text, Unit unit, const char* message) {
    CHECK_THROWS_MATCHES(parse_quantity(text, unit), std::invalid_argument, Message(message));
  };
  refused("128 KB", Unit::bytes, "'128 KB' has the unknown unit 'KB'; units here: B, KiB, MiB, GiB");
  refused("1 ghz", Unit::hertz, "'1 ghz' has the unknown unit 'ghz'; units here: Hz, kHz, MHz, GHz");
  refused("16 lanes", Unit::none, "'16 lanes' has a unit ('lanes'); write a plain number");
  refused("many", Unit::none, "'many' is not a number");
  refused("", Unit::bytes, "'' is not a number with a unit of B, KiB, MiB, GiB");
  refused("nan", Unit::none, "'nan' is not a number");
  refused("inf ns", Unit::nanoseconds, "'inf ns' is not a number with a unit of ns, us, ms");
  refused("1e9999", Unit::none, "'1e9999' does not fit a number");
  refused("+1", Unit::none, "'+1' is not a number");
}

TEST_CASE("quantity: printing is short and reads back exactly") {
  CHECK(format_quantity(131072, Unit::bytes) == "128 KiB");
  CHECK(format_quantity(16777216, Unit::bytes) == "16 MiB");
  CHECK(format_quantity(1000, Unit::bytes) == "1000 B");
  CHECK(format_quantity(1e9, Unit::hertz) == "1 GHz");
  CHECK(format_quantity(0, Unit::nanoseconds) == "0 ns");
  CHECK(format_quantity(3600, Unit::seconds) == "1 h");
  CHECK(format_quantity(0.001, Unit::seconds) == "1 ms");
  CHECK(format_quantity(7, Unit::seconds) == "7 s");
  CHECK(format_quantity(0.3, Unit::nats) == "0.3 nat");
  CHECK(format_quantity(16, Unit::none) == "16");
  for (const double value : {1.0, 1023.0, 1536.0, 716800000.0, 333333333.3}) {
    CHECK(parse_quantity(format_quantity(value, Unit::bytes), Unit::bytes) == value);
    CHECK(parse_quantity(format_quantity(value, Unit::hertz), Unit::hertz) == value);
  }
}
