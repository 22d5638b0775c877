// SPDX-License-Identifier: Apache-2.0
#include "sim/entropy_log.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/formats.hpp"
#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace {

constexpr double tolerance = 1e-6;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

double number_of(std::string_view text, const std::string& place, std::size_t column) {
  const std::string_view digits = trimmed(text);
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, code] = std::from_chars(digits.data(), end, value);
  if (code == std::errc() && rest == end && std::isfinite(value)) return value;
  throw Error(Failure::input, fmt::format("{}: column {}: '{}' is not a number", place, column,
                                          printable(digits.substr(0, 40))));
}

}  // namespace

std::uint32_t entropy_word(double nats) {
  return static_cast<std::uint32_t>(std::lround(nats * (1u << entropy_fraction_bits)));
}

std::vector<double> numbers_of(const TextLine& line, std::size_t columns) {
  std::vector<double> numbers;
  const auto commas = static_cast<std::size_t>(std::ranges::count(line.text, ','));
  if (commas + 1 != columns) {
    throw Error(Failure::input, fmt::format("{}: {} columns; expected {} numbers separated by commas",
                                            line.place, is_blank(line.text) ? 0 : commas + 1, columns));
  }
  std::string_view rest = line.text;
  for (std::size_t column = 1; column <= columns; ++column) {
    const std::size_t comma = rest.find(',');
    numbers.push_back(number_of(rest.substr(0, comma), line.place, column));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return numbers;
}

std::vector<std::vector<std::uint32_t>> read_entropy_log(const std::filesystem::path& path,
                                                         std::uint32_t layers, std::uint32_t classes,
                                                         std::optional<std::size_t> limit) {
  std::vector<TextLine> lines = lines_of(path, "entropy log");
  while (!lines.empty() && is_blank(lines.back().text)) lines.pop_back();
  if (lines.empty()) {
    throw Error(Failure::input, fmt::format("entropy log '{}' has blank lines only", path.string()));
  }
  const double most = std::log(static_cast<double>(classes));
  std::vector<std::vector<std::uint32_t>> sentences;
  for (const TextLine& line : lines) {
    std::vector<std::uint32_t> words;
    for (const double entropy : numbers_of(line, layers)) {
      if (entropy < -tolerance || entropy > most + tolerance) {
        throw Error(Failure::input,
                    fmt::format("{}: column {}: entropy {} is outside 0 to {:.6f}, ln {} classes", line.place,
                                words.size() + 1, entropy, most, classes));
      }
      words.push_back(entropy_word(std::clamp(entropy, 0.0, most)));
    }
    if (!limit || sentences.size() < *limit) sentences.push_back(std::move(words));
  }
  return sentences;
}

}  // namespace edgebert::sim
