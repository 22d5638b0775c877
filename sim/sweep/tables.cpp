// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/tables.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "platform/config/timing_preset.hpp"
#include "sim/run_report.hpp"
#include "sim/sweep/campaign.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::map<std::string, std::string>;

/// RFC 4180. A number stands as it is, text that a spreadsheet would take for a formula behind a blank.
std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos)
    text = " " + text;
  if (text.find_first_of(",\"\r\n ") == std::string::npos) return text;
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"') result += '"';
    result += character;
  }
  return result + "\"";
}

std::string number_of(const Json& value) {
  return value.is_null() ? "" : value.dump();
}

double quotient(const Json& totals, const char* above, const char* below) {
  const double divisor = totals.value(below, 0.0);
  return divisor == 0 ? 0 : totals.value(above, 0.0) / divisor;
}

/// Totals of a run that are columns of their own, and the columns' names.
constexpr std::pair<const char*, const char*> total_columns[] = {{"sentences", "sentences"},
                                                                 {"cycles", "cycles"},
                                                                 {"simulated_seconds", "seconds"},
                                                                 {"instructions", "instructions"},
                                                                 {"macs", "macs"},
                                                                 {"accuracy", "accuracy"},
                                                                 {"average_exit_layer", "average_exit_layer"},
                                                                 {"energy_joules", "energy_joules"},
                                                                 {"area_mm2", "area_mm2"}};
constexpr const char* check_columns[] = {"tensors_compared", "mismatches"};
constexpr const char* fault_columns[] = {"faulty_cells", "wrong_bits", "corrected_words", "detected_words"};

/// What faults did to a point, or null.
Json faults_of(const SweepRow& row) {
  return row.result ? row.result->totals.value("faults", Json()) : Json();
}

/// Every number below `value` with its path: "processing_unit.busy_cycles". Counters are of their unit.
void flatten(const Json& value, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& cells) {
  for (const auto& [name, part] : value.items()) {
    if (part.is_number()) cells.emplace_back(path + "." + name, number_of(part));
    if (part.is_object()) flatten(part, name == "counters" ? path : path + "." + name, cells);
  }
}

std::vector<std::pair<std::string, std::string>> unit_cells(const PointResult& result) {
  std::vector<std::pair<std::string, std::string>> cells;
  for (const Json& unit : result.totals.value("units", Json::array()))
    flatten(unit, unit.value("unit", ""), cells);
  return cells;
}

/// Columns of units in the order in which the rows have them.
std::vector<std::string> unit_columns(const SweepReport& report) {
  std::vector<std::string> columns;
  for (const SweepRow& row : report.rows) {
    if (!row.result) continue;
    for (const auto& [name, value] : unit_cells(*row.result)) {
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
  return columns;
}

Cells cells_of(const SweepReport& report, const SweepRow& row) {
  Cells cells = {{"status", quoted(row.outcome.status)}, {"error", quoted(row.outcome.error)}};
  for (std::size_t i = 0; i < report.axes.size(); ++i) {
    const PointValue& value = row.point->values[i];
    cells[report.axes[i].key->path] = value.number ? value.canonical : quoted(value.canonical);
  }
  if (row.point->soc) cells["timing"] = quoted(config::timing_label(*row.point->soc));
  if (!row.result) return cells;
  const Json& totals = row.result->totals;
  for (const auto& [key, column] : total_columns) cells[column] = number_of(totals.value(key, Json()));
  cells["macs_per_cycle"] = fmt::format("{}", quotient(totals, "macs", "cycles"));
  const Json checks = totals.value("checks", Json::object());
  for (const char* column : check_columns) cells[column] = number_of(checks.value(column, Json()));
  if (const Json faults = faults_of(row); faults.is_object()) {
    for (const char* column : fault_columns) cells[column] = number_of(faults.value(column, Json()));
  }
  for (auto& [name, value] : unit_cells(*row.result)) cells[name] = value;
  return cells;
}

std::vector<std::string> columns_of(const SweepReport& report) {
  std::vector<std::string> columns;
  for (const Axis& axis : report.axes) columns.push_back(axis.key->path);
  columns.push_back("status");
  columns.push_back("timing");
  for (const auto& [key, column] : total_columns) columns.push_back(column);
  columns.push_back("macs_per_cycle");
  if (report.checked) columns.insert(columns.end(), std::begin(check_columns), std::end(check_columns));
  if (std::ranges::any_of(report.rows, [](const SweepRow& row) { return faults_of(row).is_object(); }))
    columns.insert(columns.end(), std::begin(fault_columns), std::end(fault_columns));
  const std::vector<std::string> units = unit_columns(report);
  columns.insert(columns.end(), units.begin(), units.end());
  columns.push_back("error");
  return columns;
}

Json json_of(const PointValue& value) {
  return value.number ? Json::parse(value.canonical) : Json(value.canonical);
}

Json json_of(const SweepReport& report, const SweepRow& row) {
  Json set = Json::object();
  for (std::size_t i = 0; i < report.axes.size(); ++i)
    set[report.axes[i].key->path] = json_of(row.point->values[i]);
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  return {{"set", std::move(set)},
          {"folder", row.point->folder},
          {"status", row.outcome.status},
          {"error", text(row.outcome.error)},
          {"config_hash", text(row.identity.config_hash)},
          {"model_hash", text(row.identity.model_hash)},
          {"firmware_hash", text(row.identity.firmware_hash)},
          {"timing", row.point->soc ? Json(config::timing_label(*row.point->soc)) : Json(nullptr)},
          {"totals", row.result ? row.result->totals : Json(nullptr)}};
}

Json json_of(const std::optional<Statistics>& statistics) {
  if (!statistics) return nullptr;
  return {{"mean", statistics->mean}, {"min", statistics->minimum}, {"max", statistics->maximum}};
}

Json campaigns_json(const SweepReport& report) {
  const std::vector<const Axis*> axes = campaign_axes(report);
  Json campaigns = Json::array();
  for (const Campaign& campaign : campaigns_of(report)) {
    Json set = Json::object();
    for (std::size_t i = 0; i < axes.size(); ++i) set[axes[i]->key->path] = json_of(campaign.values[i]);
    campaigns.push_back({{"set", std::move(set)},
                         {"trials", campaign.trials},
                         {"failed", campaign.failed},
                         {"unharmed", campaign.unharmed},
                         {"wrong_bits", json_of(campaign.wrong_bits)},
                         {"accuracy", json_of(campaign.accuracy)}});
  }
  return campaigns;
}

}  // namespace

std::string csv_of(const SweepReport& report) {
  const std::vector<std::string> columns = columns_of(report);
  std::string csv = fmt::format("{}\n", fmt::join(columns, ","));
  for (const SweepRow& row : report.rows) {
    Cells cells = cells_of(report, row);
    for (std::size_t i = 0; i < columns.size(); ++i) csv += (i == 0 ? "" : ",") + cells[columns[i]];
    csv += "\n";
  }
  return csv;
}

std::string json_of(const SweepReport& report) {
  Json keys = Json::array();
  for (const Axis& axis : report.axes) {
    const std::string unit = config::symbol_of(axis.key->unit);
    keys.push_back({{"key", axis.key->path}, {"unit", unit.empty() ? Json(nullptr) : Json(unit)}});
  }
  Json points = Json::array();
  for (const SweepRow& row : report.rows) points.push_back(json_of(report, row));
  const Json root = {{"schema", sweep_schema},
                     {"version", program_version},
                     {"soc", report.soc},
                     {"inputs_hash", report.inputs_hash},
                     {"keys", std::move(keys)},
                     {"points", std::move(points)},
                     {"campaigns", campaigns_json(report)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgebert::sim
