// SPDX-License-Identifier: Apache-2.0
// The comparison as text. Where lines get too narrow, both sides' values go and their change stays.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "platform/config/text.hpp"
#include "sim/compare/comparison.hpp"
#include "sim/energy_text.hpp"

namespace edgebert::sim {
namespace {

constexpr std::size_t most_rows = 8;  ///< of a breakdown; JSON and HTML have all
constexpr std::size_t most_answers = 10;
constexpr std::size_t short_hash = 12;
constexpr std::size_t gap = 2;

using Row = std::array<std::string, 5>;  ///< name, A, B, change, change in percent

std::string plain(double value, const std::string& unit) {
  if (unit == "J") return joules(value);
  if (value != std::floor(value)) return fmt::format("{:.6g}", value);
  return fmt::format("{}{}", value < 0 ? "-" : "", grouped(static_cast<std::uint64_t>(std::abs(value))));
}

std::string signed_value(double value, const std::string& unit) {
  return value == 0 ? "0" : fmt::format("{}{}", value < 0 ? "-" : "+", plain(std::abs(value), unit));
}

std::string percent(double part, double whole) {
  return whole == 0 ? "" : fmt::format("{:+.1f} %", 100 * part / whole);
}

class TextComparison {
 public:
  TextComparison(const RunComparison& comparison, const Style& style, std::size_t width)
      : comparison_(comparison), style_(style), width_(width) {}

  std::string render() {
    side("A", comparison_.a);
    side("B", comparison_.b);
    for (const std::string& note : comparison_.notes) paragraph("note: " + note);
    heading("answers");
    answers();
    if (!comparison_.inputs.empty()) heading("inputs that differ");
    for (const Difference& row : comparison_.inputs)
      difference(row.key, row.a.value.substr(0, short_hash), row.b.value.substr(0, short_hash));
    heading("configuration");
    if (comparison_.configuration.empty()) paragraph("  no value differs");
    for (const Difference& row : comparison_.configuration)
      difference(row.key, with_origin(row.a), with_origin(row.b));
    heading("totals");
    totals();
    for (const Breakdown& breakdown : comparison_.breakdowns) contributions(breakdown);
    return std::move(text_);
  }

 private:
  void paragraph(const std::string& content) {
    for (const std::string& line : wrap(content, width_)) text_ += line + "\n";
  }
  void heading(const std::string& name) {
    text_ += "\n";
    for (const std::string& line : wrap(name, width_)) text_ += bold(line, style_) + "\n";
  }
  void side(const char* letter, const RunComparison::Side& side) {
    paragraph(fmt::format("{}  {}: {}, {} sentence{}", letter, printable(side.name), printable(side.soc),
                          side.sentences, side.sentences == 1 ? "" : "s"));
  }

  void answers() {
    if (!comparison_.same_sentences) return paragraph("  not compared");
    if (comparison_.answers.empty())
      return paragraph(fmt::format("  the same predictions and exit layers, {} sentence{}",
                                   comparison_.a.sentences, comparison_.a.sentences == 1 ? "" : "s"));
    paragraph(fmt::format("  {} of {} sentences are answered differently", comparison_.answers.size(),
                          comparison_.a.sentences));
    for (std::size_t i = 0; i < std::min(most_answers, comparison_.answers.size()); ++i) {
      const DifferentAnswer& row = comparison_.answers[i];
      paragraph(fmt::format("  {}. {}", row.index + 1, printable(row.text)));
      const auto answer = [](const Answer& each) {
        return fmt::format("{} after layer {}", printable(each.prediction), each.exit_layer);
      };
      paragraph(fmt::format("     A {}, B {}", answer(row.a), answer(row.b)));
    }
    if (comparison_.answers.size() > most_answers)
      paragraph(fmt::format("  and {} more; --json and --html have all",
                            comparison_.answers.size() - most_answers));
  }

  static std::string with_origin(const ComparedValue& value) {
    return fmt::format("{} ({})", value.value.empty() ? "(empty)" : printable(value.value),
                       printable(value.origin));
  }
  void difference(const std::string& key, const std::string& a, const std::string& b) {
    const std::string line = fmt::format("  {:<34}{} -> {}", printable(key), a, b);
    if (columns_of(line) <= width_) {
      text_ += line + "\n";
      return;
    }
    paragraph("  " + printable(key));
    paragraph("    A " + a);
    paragraph("    B " + b);
  }

  void totals() {
    std::vector<Row> rows = {{"", "A", "B", "B - A", ""}};
    for (const Contribution& row : comparison_.totals) {
      const std::string unit = row.name.ends_with("joules") ? "J" : "";
      std::string name = row.name;
      std::ranges::replace(name, '_', ' ');
      rows.push_back({name, plain(row.a, unit), plain(row.b, unit), signed_value(row.delta(), unit),
                      percent(row.delta(), row.a)});
    }
    table(rows);
  }

  void contributions(const Breakdown& breakdown) {
    heading(fmt::format("{} by {}: {} in all, of that", breakdown.quantity, breakdown.by,
                        signed_value(breakdown.total.delta(), breakdown.unit)));
    std::vector<Row> rows = {{"", "A", "B", "B - A", "of A's total"}};
    Contribution rest{"everything else"};
    std::size_t hidden = 0;
    for (std::size_t i = 0; i < breakdown.rows.size(); ++i) {
      const Contribution& row = breakdown.rows[i];
      if (i >= most_rows) {
        rest.a += row.a;
        rest.b += row.b;
        ++hidden;
      } else {
        rows.push_back(row_of(row, breakdown));
      }
    }
    if (hidden != 0) rows.push_back(row_of(rest, breakdown));
    table(rows);
  }
  static Row row_of(const Contribution& row, const Breakdown& breakdown) {
    return {row.name, plain(row.a, breakdown.unit), plain(row.b, breakdown.unit),
            signed_value(row.delta(), breakdown.unit), percent(row.delta(), breakdown.total.a)};
  }

  /// The first row is the head.
  void table(const std::vector<Row>& rows) {
    std::array<std::size_t, 5> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
    }
    std::vector<std::size_t> columns = {1, 2, 3, 4};
    const auto total = [&] {
      std::size_t sum = gap + widths[0];
      for (const std::size_t column : columns) sum += gap + widths[column];
      return sum;
    };
    if (total() > width_) columns = {3, 4};
    if (total() > width_) columns = {3};
    if (total() > width_) widths[0] -= std::min(widths[0], total() - width_);
    for (const Row& row : rows) {
      const std::string name = elided(row[0], widths[0]);
      std::string line =
          std::string(gap, ' ') + name + std::string(widths[0] - std::min(widths[0], columns_of(name)), ' ');
      for (const std::size_t column : columns)
        line += std::string(gap + widths[column] - columns_of(row[column]), ' ') + row[column];
      while (line.ends_with(' ')) line.pop_back();
      text_ += (&row == &rows.front() ? dim(line, style_) : line) + "\n";
    }
  }

  const RunComparison& comparison_;
  Style style_;
  std::size_t width_;
  std::string text_;
};

}  // namespace

std::string text_of(const RunComparison& comparison, const Style& style, std::size_t width) {
  return TextComparison(comparison, style, width).render();
}

}  // namespace edgebert::sim
