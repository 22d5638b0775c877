// SPDX-License-Identifier: Apache-2.0
#include "sim/case_fields.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace {

using nlohmann::json;

constexpr std::size_t shown_characters = 40;

std::string shown(const json& value) {
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return "an object";
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= shown_characters ? text : text.substr(0, shown_characters) + "...";
}

std::string count_text(std::uint32_t count, const char* what) {
  return count == 0 ? fmt::format("{}s", what) : fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

void CaseFields::refuse(const std::string& key, const std::string& expected, const json& found) const {
  throw Error(Failure::input,
              fmt::format("{}: {}: expected {}, found {}", place_, key, expected, shown(found)));
}

bool CaseFields::has(const char* key) const {
  return object_.contains(key);
}

const json& CaseFields::value(const char* key) {
  known_.emplace_back(key);
  const auto found = object_.find(key);
  if (found == object_.end()) throw Error(Failure::input, fmt::format("{}: {}: missing", place_, key));
  return *found;
}

std::int64_t CaseFields::checked(const json& number, const std::string& key, Bounds bounds) const {
  // What does not fit int64_t is unsigned, and too large for every bound.
  const bool whole = number.is_number_integer() &&
                     (!number.is_number_unsigned() || number.get<std::uint64_t>() <= INT64_MAX);
  const std::int64_t found = whole ? number.get<std::int64_t>() : 0;
  if (whole && found >= bounds.minimum && found <= bounds.maximum) return found;
  refuse(key, fmt::format("a whole number from {} to {}", bounds.minimum, bounds.maximum), number);
}

std::int64_t CaseFields::integer(const char* key, Bounds bounds) {
  return checked(value(key), key, bounds);
}

std::int64_t CaseFields::integer(const char* key, Bounds bounds, std::int64_t otherwise) {
  return optional_integer(key, bounds).value_or(otherwise);
}

std::optional<std::int64_t> CaseFields::optional_integer(const char* key, Bounds bounds) {
  if (has(key)) return integer(key, bounds);
  ignore(key);
  return std::nullopt;
}

std::size_t CaseFields::choice(const char* key, const std::vector<std::string>& names,
                               std::size_t otherwise) {
  if (!has(key)) {
    ignore(key);
    return otherwise;
  }
  const json& text = value(key);
  const auto found = text.is_string() ? std::ranges::find(names, text.get<std::string>()) : names.end();
  if (found == names.end()) refuse(key, fmt::format("one of {}", fmt::join(names, ", ")), text);
  return static_cast<std::size_t>(found - names.begin());
}

const json& CaseFields::numbers(const char* key, std::size_t count) {
  const json& list = value(key);
  if (!list.is_array() || list.empty() || (count != 0 && list.size() != count))
    refuse(key, "a list of " + count_text(static_cast<std::uint32_t>(count), "number"), list);
  return list;
}

std::vector<std::int64_t> CaseFields::list(const char* key, Bounds bounds, std::size_t count) {
  std::vector<std::int64_t> values;
  for (const json& number : numbers(key, count))
    values.push_back(checked(number, fmt::format("{}[{}]", key, values.size()), bounds));
  return values;
}

std::vector<std::uint64_t> CaseFields::bit_words(const char* key, unsigned bits, std::size_t count) {
  const std::uint64_t widest = UINT64_MAX >> (64 - bits);
  std::vector<std::uint64_t> words;
  for (const json& number : numbers(key, count)) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > widest)
      refuse(fmt::format("{}[{}]", key, words.size()), fmt::format("a whole number from 0 to {}", widest),
             number);
    words.push_back(number.get<std::uint64_t>());
  }
  return words;
}

CaseMatrix CaseFields::integers(const char* key, Bounds bounds, std::uint32_t rows, std::uint32_t columns) {
  const json& lines = value(key);
  if (!lines.is_array() || lines.empty() || (rows != 0 && lines.size() != rows))
    refuse(key, "a list of " + count_text(rows, "row"), lines);
  CaseMatrix matrix{
      .rows = static_cast<std::uint32_t>(lines.size()), .columns = columns, .values = {}, .bias = {}};
  for (std::uint32_t r = 0; r < matrix.rows; ++r) {
    const json& line = lines[r];
    if (matrix.columns == 0 && line.is_array()) matrix.columns = static_cast<std::uint32_t>(line.size());
    if (!line.is_array() || line.empty() || line.size() != matrix.columns)
      refuse(fmt::format("{}[{}]", key, r), "a list of " + count_text(matrix.columns, "number"), line);
    for (std::uint32_t c = 0; c < matrix.columns; ++c) {
      // The key's text is made for an error alone: this is the loop over every element of the file.
      const bool code = line[c].is_number_unsigned() && line[c].get<std::uint64_t>() <= 255;
      const std::int64_t number = code && bounds.maximum >= 255
                                      ? line[c].get<std::int64_t>()
                                      : checked(line[c], fmt::format("{}[{}][{}]", key, r, c), bounds);
      matrix.values.push_back(static_cast<std::int32_t>(number));
    }
  }
  return matrix;
}

CaseMatrix CaseFields::codes(const char* key, unsigned bias, std::uint32_t rows, std::uint32_t columns) {
  CaseMatrix matrix = integers(key, code_bounds, rows, columns);
  matrix.bias = bias;
  return matrix;
}

CaseMatrix CaseFields::words(const char* key, std::uint32_t rows, std::uint32_t columns) {
  return integers(key, word_bounds, rows, columns);
}

CaseMatrix CaseFields::matrix(const char* key, const char* bias_key, std::uint32_t rows,
                              std::uint32_t columns) {
  const auto bias = optional_integer(bias_key, exponent_bias_bounds);
  return bias ? codes(key, static_cast<unsigned>(*bias), rows, columns) : words(key, rows, columns);
}

void CaseFields::finish() const {
  for (const auto& [key, unused] : object_.items()) {
    if (std::ranges::find(known_, key) != known_.end()) continue;
    throw Error(Failure::input,
                fmt::format("{}: unknown key '{}'; the nearest valid key is '{}'", place_,
                            printable(key.substr(0, 2 * shown_characters)), nearest(key, known_)));
  }
}

}  // namespace edgebert::sim
