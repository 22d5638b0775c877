// SPDX-License-Identifier: Apache-2.0
#include "sim/study/study_report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platform/config/text.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::vector<std::string>;

constexpr std::size_t gap = 2;

std::string with_unit(const std::optional<double>& value, const std::string& unit) {
  if (!value) return "-";
  return unit.empty() ? study_value(*value) : fmt::format("{} {}", study_value(*value), unit);
}

std::string percent(const std::optional<double>& deviation) {
  return deviation ? fmt::format("{:+.1f} %", 100 * *deviation) : "";
}

/// Lines of cells as columns: the first `left` to the left, the others to the right.
std::string columns(const std::vector<Cells>& lines, std::size_t left, const Style& style) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  std::string text;
  for (const Cells& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(widths[i] - columns_of(line[i]), ' ');
      row += std::string(gap, ' ') + (i < left ? line[i] + blanks : blanks + line[i]);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += (&line == &lines.front() ? dim(row, style) : row) + "\n";
  }
  return text;
}

/// The place of an entry, which is added if it is not there.
std::size_t place_of(Cells& entries, const std::string& entry) {
  const auto place = static_cast<std::size_t>(std::ranges::find(entries, entry) - entries.begin());
  if (place == entries.size()) entries.push_back(entry);
  return place;
}

std::string remark_of(const StudyRow& row) {
  const std::string& source = row.published.source;
  return source.empty() || row.note.empty() ? source + row.note : fmt::format("{}; {}", source, row.note);
}

/// Configurations down, quantities across; a row that occurs twice keeps its first value.
std::string matrix(const StudyTable& table, const Style& style) {
  Cells quantities;
  Cells configurations;
  for (const StudyRow& row : table.rows) {
    place_of(quantities, row.unit.empty() ? row.quantity : fmt::format("{}, {}", row.quantity, row.unit));
    place_of(configurations, row.configuration);
  }
  std::vector<Cells> lines(1, {""});
  lines[0].insert(lines[0].end(), quantities.begin(), quantities.end());
  for (const std::string& configuration : configurations) {
    lines.push_back({configuration});
    lines.back().resize(quantities.size() + 1, "");
  }
  for (const StudyRow& row : table.rows) {
    const std::size_t column =
        place_of(quantities, row.unit.empty() ? row.quantity : fmt::format("{}, {}", row.quantity, row.unit));
    lines[place_of(configurations, row.configuration) + 1][column + 1] = with_unit(row.ours, "");
  }
  return columns(lines, 1, style);
}

std::string comparison(const StudyTable& table, Cells& remarks, const Style& style) {
  std::vector<Cells> lines = {
      {"quantity", "configuration", "ours", "published", "deviation", "published is", ""}};
  for (const StudyRow& row : table.rows) {
    const std::string remark = remark_of(row);
    const bool beside = row.published.kind != Provenance::none;
    lines.push_back({row.quantity, row.configuration, with_unit(row.ours, row.unit),
                     beside ? with_unit(row.published.value, row.unit) : "", percent(row.deviation()),
                     beside ? name_of(row.published.kind) : "",
                     remark.empty() ? "" : fmt::format("[{}]", place_of(remarks, remark) + 1)});
  }
  return columns(lines, 2, style);
}

std::string paragraph(const std::string& mark, const std::string& text, std::size_t width) {
  std::string lines;
  const std::size_t indent = columns_of(mark) + gap + 1;
  for (const std::string& line : wrap(text, width > 2 * indent ? width - indent : indent)) {
    lines += lines.empty() ? fmt::format("{:>{}}{} ", "", gap, mark) : std::string(indent, ' ');
    lines += line + "\n";
  }
  return lines;
}

std::string text_of(const StudyTable& table, const Style& style, std::size_t width) {
  const bool compares = std::ranges::any_of(
      table.rows, [](const StudyRow& row) { return row.published.kind != Provenance::none; });
  Cells remarks;
  std::string text = fmt::format("\n{}\n", bold(printable(table.title), style));
  text += compares ? comparison(table, remarks, style) : matrix(table, style);
  if (!compares) {
    for (const StudyRow& row : table.rows) {
      if (!row.note.empty())
        remarks.push_back(fmt::format("{}, {}: {}", row.quantity, row.configuration, row.note));
    }
  }
  for (std::size_t i = 0; i < remarks.size(); ++i)
    text += paragraph(compares ? fmt::format("[{}]", i + 1) : "-", printable(remarks[i]), width);
  for (const std::string& note : table.notes) text += paragraph("-", printable(note), width);
  return text;
}

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json row_of(const StudyRow& row) {
  return {{"quantity", row.quantity},
          {"configuration", row.configuration},
          {"ours", number(row.ours)},
          {"unit", row.unit},
          {"published", number(row.published.value)},
          {"kind", row.published.kind == Provenance::none ? Json(nullptr) : name_of(row.published.kind)},
          {"source", row.published.source},
          {"deviation", number(row.deviation())},
          {"note", row.note}};
}

}  // namespace

const char* name_of(Provenance kind) {
  static constexpr const char* names[] = {"none", "seen", "measured", "derived", "recalled", "not available"};
  return names[static_cast<std::size_t>(kind)];
}

std::optional<double> StudyRow::deviation() const {
  if (!ours || !published.value || *published.value == 0) return std::nullopt;
  return *ours / *published.value - 1;
}

void StudyTable::add(std::string quantity, std::string configuration, std::optional<double> ours,
                     std::string unit, Published published, std::string note) {
  rows.push_back({std::move(quantity), std::move(configuration), ours, std::move(unit), std::move(published),
                  std::move(note)});
}

std::string study_value(double value) {
  constexpr double grouped_from = 999.95;
  if (value >= grouped_from && value < 1e15) return grouped(static_cast<std::uint64_t>(std::llround(value)));
  return fmt::format("{:.4g}", value);
}

std::string text_of(const StudyReport& report, const Style& style, std::size_t width) {
  std::string text = fmt::format("{}  {}\n", bold(report.name, style), report.question);
  text += fmt::format("{}  {}\n", dim("config", style), printable(report.config_file));
  if (!report.overrides.empty())
    text += fmt::format("{}  {}\n", dim("set", style),
                        printable(fmt::format("{}", fmt::join(report.overrides, " "))));
  if (report.quick) text += "quick: a small network instead of ALBERT-base, for which nothing is published\n";
  for (const StudyTable& table : report.tables) text += text_of(table, style, width);
  return text;
}

std::string json_of(const StudyReport& report) {
  Json tables = Json::array();
  for (const StudyTable& table : report.tables) {
    Json rows = Json::array();
    for (const StudyRow& row : table.rows) rows.push_back(row_of(row));
    tables.push_back({{"title", table.title}, {"rows", std::move(rows)}, {"notes", table.notes}});
  }
  Json runs = Json::array();
  for (const StudyRun& run : report.runs)
    runs.push_back({{"name", run.name}, {"config_hash", run.config_hash}, {"model_hash", run.model_hash}});
  const Json root = {
      {"schema", study_schema},      {"version", program_version},   {"study", report.name},
      {"question", report.question}, {"config", report.config_file}, {"set", report.overrides},
      {"quick", report.quick},       {"tables", std::move(tables)},  {"runs", std::move(runs)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgebert::sim
