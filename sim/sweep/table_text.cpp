// SPDX-License-Identifier: Apache-2.0
// The table on the terminal. Columns have ranks: the narrower the terminal, the fewer ranks are shown.
#include <algorithm>

#include <fmt/format.h>

#include "ip/pu/product_cost.hpp"
#include "platform/config/text.hpp"
#include "sim/energy_text.hpp"
#include "sim/sweep/tables.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_cell = 32;
constexpr std::size_t gap = 2;
constexpr std::size_t shortest_bar = 8;
constexpr std::size_t longest_bar = 40;

struct Column {
  std::string title;
  unsigned rank;  ///< 0: always shown; the highest is left out first
  std::vector<std::string> cells;
  std::size_t width = 0;
};

std::string without_sections(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

/// The key's last part, or all of it if another axis ends alike.
std::string title_of(const SweepReport& report, const Axis& axis) {
  const std::string title = without_sections(axis.key->path);
  const auto alike = std::ranges::count_if(
      report.axes, [&](const Axis& other) { return without_sections(other.key->path) == title; });
  return alike == 1 ? title : axis.key->path;
}

/// Whether its cycles are at an n at which nothing published stands beside them.
bool extrapolated(const SweepRow& row) {
  return row.result && row.point->soc && !product::has_published_reference(row.point->soc->pu.vmac_lanes);
}

double cycles_of(const SweepRow& row) {
  return row.result ? row.result->totals.value("cycles", 0.0) : 0;
}

/// A unit's share of busy cycles.
std::string busy_share(const PointResult& result, const char* name) {
  const double cycles = result.totals.value("cycles", 0.0);
  for (const Json& unit : result.totals.value("units", Json::array())) {
    if (unit.value("unit", "") == name && cycles > 0)
      return fmt::format("{:.1f} %", 100 * unit.value("busy_cycles", 0.0) / cycles);
  }
  return "";
}

template <typename Cell>
Column column(const SweepReport& report, std::string title, unsigned rank, const Cell& cell) {
  Column column{std::move(title), rank, {}, 0};
  for (const SweepRow& row : report.rows) column.cells.push_back(elided(printable(cell(row)), longest_cell));
  column.width = columns_of(column.title);
  for (const std::string& text : column.cells) column.width = std::max(column.width, columns_of(text));
  return column;
}

/// The same for what only a result has.
template <typename Cell>
Column result_column(const SweepReport& report, const char* title, unsigned rank, const Cell& cell) {
  return column(report, title, rank,
                [&](const SweepRow& row) { return row.result ? cell(*row.result) : std::string(); });
}

std::vector<Column> all_columns(const SweepReport& report) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < report.axes.size(); ++i) {
    columns.push_back(column(report, title_of(report, report.axes[i]), 0,
                             [&](const SweepRow& row) { return row.point->values[i].shown; }));
  }
  columns.push_back(column(report, "status", 0, [](const SweepRow& row) { return row.outcome.status; }));
  columns.push_back(column(report, "cycles", 1, [](const SweepRow& row) {
    if (!row.result) return std::string();
    return grouped(row.result->totals.value("cycles", std::uint64_t{0})) + (extrapolated(row) ? "*" : "");
  }));
  columns.push_back(result_column(report, "time", 3, [](const PointResult& result) {
    return duration(result.totals.value("simulated_seconds", 0.0));
  }));
  columns.push_back(result_column(report, "MAC/cycle", 2, [](const PointResult& result) {
    const double cycles = result.totals.value("cycles", 0.0);
    return cycles > 0 ? fmt::format("{:.2f}", result.totals.value("macs", 0.0) / cycles) : "";
  }));
  columns.push_back(result_column(report, "energy", 4, [](const PointResult& result) {
    const Json energy = result.totals.value("energy_joules", Json());
    return energy.is_number() ? joules(energy.get<double>()) : "";
  }));
  columns.push_back(result_column(report, "mm2", 5, [](const PointResult& result) {
    const Json area = result.totals.value("area_mm2", Json());
    return area.is_number() ? fmt::format("{:.2f}", area.get<double>()) : "";
  }));
  columns.push_back(result_column(
      report, "PU busy", 5, [](const PointResult& result) { return busy_share(result, "processing_unit"); }));
  columns.push_back(result_column(report, "DMA busy", 6,
                                  [](const PointResult& result) { return busy_share(result, "dma"); }));
  columns.push_back(result_column(report, "accuracy", 4, [](const PointResult& result) {
    const Json accuracy = result.totals.value("accuracy", Json());
    return accuracy.is_number() ? fmt::format("{:.2f} %", 100 * accuracy.get<double>()) : "";
  }));
  columns.push_back(result_column(report, "exit", 4, [](const PointResult& result) {
    return fmt::format("{:.2f}", result.totals.value("average_exit_layer", 0.0));
  }));
  std::erase_if(columns, [](const Column& column) {
    return column.rank != 0 && std::ranges::all_of(column.cells, &std::string::empty);
  });
  return columns;
}

std::size_t width_of(const std::vector<Column>& columns) {
  std::size_t width = 0;
  for (const Column& column : columns) width += gap + column.width;
  return width;
}

void leave_out_what_does_not_fit(std::vector<Column>& columns, std::size_t width) {
  while (width_of(columns) > width) {
    const unsigned rank = std::ranges::max_element(columns, {}, &Column::rank)->rank;
    if (rank == 0) return;
    std::erase_if(columns, [&](const Column& column) { return column.rank == rank; });
  }
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(gap + width - columns_of(text), ' ') + text;
}

std::string status_painted(const std::string& cell, const SweepRow& row, const Style& style) {
  return row.outcome.status == status_done ? green(cell, style) : red(cell, style);
}

/// Keys, or all of a line, longer than the terminal is wide.
std::string fitted(const std::string& line, std::size_t width) {
  return columns_of(line) <= width ? line : elided(line, width);
}

}  // namespace

std::string text_of(const SweepReport& report, const Style& style, std::size_t width) {
  std::vector<Column> columns = all_columns(report);
  leave_out_what_does_not_fit(columns, width);
  const bool too_wide = width_of(columns) > width;
  const std::size_t room = too_wide ? 0 : width - width_of(columns);
  const std::size_t bar_width = room >= gap + shortest_bar ? std::min(longest_bar, room - gap) : 0;
  double most_cycles = 0;
  for (const SweepRow& row : report.rows) most_cycles = std::max(most_cycles, cycles_of(row));

  std::string head;
  for (const Column& column : columns) head += right(column.title, column.width);
  std::string text = dim(fitted(head, width), style) + "\n";
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const SweepRow& row = report.rows[i];
    std::string line;
    for (const Column& column : columns) {
      const std::string cell = right(column.cells[i], column.width);
      line += column.title == "status" && !too_wide ? status_painted(cell, row, style) : cell;
    }
    if (too_wide) line = fitted(line, width);
    if (bar_width != 0 && row.result && most_cycles > 0)
      line +=
          std::string(gap, ' ') + bar(cycles_of(row) / most_cycles, static_cast<unsigned>(bar_width), style);
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  if (std::ranges::any_of(report.rows, extrapolated)) {
    for (const std::string& part : wrap("* extrapolated: no published cycles at n = 2 and 64", width))
      text += part + "\n";
  }
  for (const SweepRow& row : report.rows) {
    if (row.outcome.error.empty()) continue;
    text += "\n";
    for (const std::string& part : wrap(printable(row.point->folder), width))
      text += bold(part, style) + "\n";
    for (const std::string& part : wrap(printable(row.outcome.error), width)) text += part + "\n";
  }
  return text;
}

}  // namespace edgebert::sim
