// SPDX-License-Identifier: Apache-2.0
// Reading and writing numbers with units.
#include "platform/config/quantity.hpp"

#include <charconv>
#include <cmath>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "platform/config/text.hpp"

namespace edgebert::config {
namespace {

struct Symbol {
  const char* name;
  long double factor;  ///< of the base unit
};

constexpr Symbol byte_symbols[] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
constexpr Symbol hertz_symbols[] = {{"Hz", 1}, {"kHz", 1e3L}, {"MHz", 1e6L}, {"GHz", 1e9L}};
constexpr Symbol nanosecond_symbols[] = {{"ns", 1}, {"us", 1e3L}, {"ms", 1e6L}};
constexpr Symbol second_symbols[] = {{"s", 1},      {"ms", 1e-3L}, {"us", 1e-6L},
                                     {"ns", 1e-9L}, {"min", 60},   {"h", 3600}};
constexpr Symbol nat_symbols[] = {{"nat", 1}};
constexpr Symbol volt_symbols[] = {{"V", 1}, {"mV", 1e-3L}};
constexpr Symbol watt_symbols[] = {{"W", 1}, {"mW", 1e-3L}, {"uW", 1e-6L}};

std::span<const Symbol> symbols(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return byte_symbols;
    case Unit::hertz:
      return hertz_symbols;
    case Unit::nanoseconds:
      return nanosecond_symbols;
    case Unit::seconds:
      return second_symbols;
    case Unit::nats:
      return nat_symbols;
    case Unit::volts:
      return volt_symbols;
    case Unit::watts:
      return watt_symbols;
    case Unit::none:
      break;
  }
  return {};
}

}  // namespace

const char* symbol_of(Unit unit) {
  return symbols(unit).empty() ? "" : symbols(unit).front().name;
}

std::string symbols_of(Unit unit) {
  std::string list;
  for (const Symbol& symbol : symbols(unit)) list += (list.empty() ? "" : ", ") + std::string(symbol.name);
  return list;
}

double parse_quantity(std::string_view text, Unit unit) {
  const char* const end = text.data() + text.size();
  // In long double a decimal factor and its rounding do not show in the double: 1.1 us is 1100 ns.
  long double number = 0;
  const auto [rest, code] = std::from_chars(text.data(), end, number);
  if (code == std::errc::result_out_of_range) {
    throw std::invalid_argument(fmt::format("'{}' does not fit a number", printable(text)));
  }
  // from_chars takes "inf" and "nan" for numbers.
  if (code != std::errc() || !std::isfinite(number)) {
    const std::string example =
        symbols(unit).empty() ? "" : fmt::format(" with a unit of {}", symbols_of(unit));
    throw std::invalid_argument(fmt::format("'{}' is not a number{}", printable(text), example));
  }
  std::string_view symbol(rest, static_cast<std::size_t>(end - rest));
  while (!symbol.empty() && symbol.front() == ' ') symbol.remove_prefix(1);
  if (symbol.empty()) return static_cast<double>(number);
  for (const Symbol& known : symbols(unit)) {
    if (symbol == known.name) {
      const auto value = static_cast<double>(number * known.factor);
      if (!std::isfinite(value)) break;
      return value;
    }
  }
  throw std::invalid_argument(
      symbols(unit).empty()
          ? fmt::format("'{}' has a unit ('{}'); write a plain number", printable(text), printable(symbol))
          : fmt::format("'{}' has the unknown unit '{}'; units here: {}", printable(text), printable(symbol),
                        symbols_of(unit)));
}

std::string format_quantity(double value, Unit unit) {
  const Symbol* best = nullptr;
  for (const Symbol& symbol : symbols(unit)) {
    const double scaled = value / static_cast<double>(symbol.factor);
    // Another unit only if it makes the number shorter and stays exact.
    if (best == nullptr || (std::abs(scaled) >= 1 && scaled * static_cast<double>(symbol.factor) == value &&
                            fmt::format("{}", scaled).size() <=
                                fmt::format("{}", value / static_cast<double>(best->factor)).size())) {
      best = &symbol;
    }
  }
  if (best == nullptr) return fmt::format("{}", value);
  return fmt::format("{} {}", value / static_cast<double>(best->factor), best->name);
}

}  // namespace edgebert::config
