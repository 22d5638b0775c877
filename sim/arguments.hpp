// SPDX-License-Identifier: Apache-2.0
// Kinds of arguments that several commands take.
#pragma once
#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace edgebert::sim {

/// Decimal digits only: the conversion alone would take "010" for 8 and cut what is too large.
inline CLI::Validator whole_number(std::uint64_t minimum) {
  const auto check = [minimum](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, value);
    const bool octal = text.size() > 1 && text.front() == '0';
    if (code == std::errc() && rest == end && !octal && value >= minimum) return "";
    return fmt::format("'{}' is not a whole number from {}", text, minimum);
  };
  return {check, ""};
}
/// One of some names, which stand for values.
template <typename Value>
void add_choice(CLI::App& command, const char* option, Value& value,
                const std::map<std::string, Value>& choices, const char* meaning) {
  const auto choose = [&value, choices](const std::string& name) { value = choices.at(name); };
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) names.push_back(name);
  command.add_option_function<std::string>(option, choose, meaning)
      ->check(CLI::IsMember(names))
      ->type_name("NAME");
}
}  // namespace edgebert::sim
