// SPDX-License-Identifier: Apache-2.0
#include "sim/energy_json.hpp"

#include <algorithm>

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

Json units_of(const energy::EnergyReport& report, const energy::EnergyTable& table) {
  Json units = Json::array();
  const std::vector<energy::EnergyRow> items = report.by_item();
  for (const auto& [name, joules] : report.by_unit()) {
    Json actions = Json::array();
    for (const energy::EnergyRow& item : items) {
      if (name != energy::unit_of(item.item)) continue;
      const char* count = energy::is_leakage(item.item) ? "seconds" : "count";
      actions.push_back({{energy::is_leakage(item.item) ? "state" : "action", energy::action_of(item.item)},
                         {count, item.count},
                         {"joules", item.joules},
                         {"square_law_joules", item.square_law_joules},
                         {"kind", energy::name_of(table.row(item.item)->kind)}});
    }
    units.push_back({{"unit", name},
                     {"dynamic_joules", joules.dynamic},
                     {"leakage_joules", joules.leakage},
                     {"rows", std::move(actions)}});
  }
  return units;
}

/// What a unit took in a layer, dynamic and leakage together.
Json units_of_layer(const energy::EnergyReport& report, std::uint32_t layer) {
  Json units = Json::object();
  for (const energy::EnergyRow& row : report.rows) {
    if (row.layer != layer) continue;
    const char* name = energy::unit_of(row.item);
    units[name] = units.value(name, 0.0) + row.joules;
  }
  return units;
}

Json layers_of(const energy::EnergyReport& report) {
  Json layers = Json::array();
  for (std::uint32_t layer = 0; layer <= report.layers; ++layer) {
    const energy::Joules sum =
        report.sum([layer](const energy::EnergyRow& row) { return row.layer == layer; });
    if (sum.total() == 0) continue;
    layers.push_back({{"layer", layer},
                      {"dynamic_joules", sum.dynamic},
                      {"leakage_joules", sum.leakage},
                      {"units", units_of_layer(report, layer)}});
  }
  return layers;
}

Json domains_of(const energy::EnergyReport& report) {
  Json domains = Json::object();
  const auto sums = report.by_domain();
  for (std::size_t i = 0; i < energy::domain_count; ++i) {
    domains[energy::name_of(static_cast<energy::Domain>(i))] = {{"dynamic_joules", sums[i].dynamic},
                                                                {"leakage_joules", sums[i].leakage}};
  }
  return domains;
}

Json trace_of(const energy::EnergyReport& report) {
  Json trace = Json::array();
  for (const energy::PowerSegment& segment : report.trace) {
    Json joules = Json::object();
    for (std::size_t i = 0; i < energy::domain_count; ++i)
      joules[energy::name_of(static_cast<energy::Domain>(i))] = segment.joules[i];
    trace.push_back({{"start", segment.start},
                     {"end", segment.end},
                     {"layer", segment.layer > report.layers ? Json(nullptr) : Json(segment.layer)},
                     {"volts", segment.volts},
                     {"joules", std::move(joules)}});
  }
  return trace;
}

}  // namespace

Json energy_json(const energy::EnergyReport& report, const energy::EnergyTable& table) {
  const energy::Joules total = report.total();
  Json kinds = Json::object();
  const auto by_kind = report.by_kind(table);
  for (std::size_t i = 0; i < energy::kind_count; ++i)
    kinds[energy::name_of(static_cast<energy::Kind>(i))] = by_kind[i];
  Json energy = {{"total_joules", total.total()},
                 {"dynamic_joules", total.dynamic},
                 {"leakage_joules", total.leakage},
                 {"idle_joules", report.idle().total()},
                 {"square_law_joules", report.square_law_joules()},
                 {"by_unit", units_of(report, table)},
                 {"by_layer", layers_of(report)},
                 {"by_domain", domains_of(report)},
                 {"by_kind", std::move(kinds)}};
  if (!report.trace.empty()) energy["power_trace"] = trace_of(report);
  return energy;
}

Json energy_head(const RunReport& report) {
  if (!report.energy_table) return nullptr;
  Json area = Json::object();
  for (const auto& [block, square_millimetres] : report.area.blocks) area[block] = square_millimetres;
  area["total"] = report.area.total;
  return {{"table", {{"name", report.energy_table->name()}, {"hash", report.energy_table->hash()}}},
          {"volts", report.volts},
          {"area_mm2", std::move(area)}};
}

}  // namespace edgebert::sim
