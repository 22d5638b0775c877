// SPDX-License-Identifier: Apache-2.0
// Numbers with units, as configuration files and --set write them: "1 GHz", "128 KiB", "40 ns", or a plain
// number in the base unit.
#pragma once
#include <string>
#include <string_view>

namespace edgebert::config {

/// What a number counts; the base unit is the one a plain number is in.
enum class Unit {
  none,         ///< a count or a ratio
  bytes,        ///< B, KiB, MiB, GiB
  hertz,        ///< Hz, kHz, MHz, GHz
  nanoseconds,  ///< ns, us, ms
  seconds,      ///< s, ms, us, ns, min, h
  nats,         ///< nat
  volts,        ///< V, mV
  watts,        ///< W, mW, uW
};

/// The base unit's symbol: "B"; empty for a count.
const char* symbol_of(Unit unit);

/// All symbols a value may carry, for messages: "B, KiB, MiB, GiB"; empty for a count.
std::string symbols_of(Unit unit);

/// @return the value in the base unit; any finite number
/// @throws std::invalid_argument saying what is wrong with the text, without naming where it stands
double parse_quantity(std::string_view text, Unit unit);

/// The value with the largest unit that keeps it short: "128 KiB". parse_quantity reads it back exactly.
std::string format_quantity(double value, Unit unit);

}  // namespace edgebert::config
