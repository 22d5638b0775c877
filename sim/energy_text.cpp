// SPDX-License-Identifier: Apache-2.0
#include "sim/energy_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace {

constexpr std::size_t units_shown = 6;
constexpr std::size_t short_hash = 12;
constexpr std::size_t name_width = 40;
constexpr unsigned bar_width = 20;

/// Nothing where there is nothing.
std::string joules_or_blank(double value) {
  return value > 0 ? joules(value) : "";
}

double accelerator_joules(const energy::EnergyReport& report) {
  return report.sum([](const energy::EnergyRow& row) { return energy::scales(energy::domain_of(row.item)); })
      .total();
}

/// The accelerator's blocks as one.
std::string area_line(const energy::AreaReport& report) {
  double accelerator = 0;
  std::string others;
  for (const auto& [block, area] : report.blocks) {
    if (block == "multipliers" || block == "buffers" || block == "accelerator_rest") {
      accelerator += area;
    } else if (area > 0) {
      others += fmt::format(", {} {:.2f}", spelled(block), area);
    }
  }
  return fmt::format("{:.2f} mm2 (accelerator {:.2f}{})", report.total, accelerator, others);
}

}  // namespace

std::string joules(double value) {
  constexpr struct {
    double factor;
    const char* symbol;
  } units[] = {{1, "J"}, {1e-3, "mJ"}, {1e-6, "uJ"}, {1e-9, "nJ"}};
  for (const auto& [factor, symbol] : units) {
    if (value < factor) continue;
    const double scaled = value / factor;
    const int decimals = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
    return fmt::format("{:.{}f} {}", scaled, decimals, symbol);
  }
  return fmt::format("{:.2f} nJ", value / 1e-9);
}

std::vector<std::string> energy_rows(const energy::EnergyReport& report, const Style& style) {
  auto units = report.by_unit();
  std::ranges::stable_sort(units, std::ranges::greater(),
                           [](const auto& unit) { return unit.second.total(); });
  if (units.size() > units_shown) {
    energy::Joules rest;
    for (std::size_t i = units_shown; i < units.size(); ++i) {
      rest.dynamic += units[i].second.dynamic;
      rest.leakage += units[i].second.leakage;
    }
    units.resize(units_shown);
    units.emplace_back("all others", rest);
  }
  const double total = report.total().total();
  std::vector<std::string> rows = {
      dim(fmt::format("  {:<20}{:>12}{:>12}  {:>7}", "energy", "dynamic", "leakage", "share"), style)};
  for (const auto& [name, sum] : units) {
    const double share = total > 0 ? sum.total() / total : 0;
    rows.push_back(fmt::format("  {:<20}{:>12}{:>12}  {:>5.1f} %  {}", spelled(name),
                               joules_or_blank(sum.dynamic), joules_or_blank(sum.leakage), 100 * share,
                               bar(share, bar_width, style)));
  }
  return rows;
}

std::vector<std::pair<std::string, std::string>> energy_fields(const RunReport& report) {
  if (!report.energy_table) return {};
  const energy::EnergyTable& table = *report.energy_table;
  const energy::EnergyReport energy = report.energy();
  const energy::Joules total = energy.total();
  const auto count = static_cast<double>(std::max<std::size_t>(report.sentences.size(), 1));
  std::string kinds;
  const auto by_kind = energy.by_kind(table);
  for (std::size_t i = 0; i < energy::kind_count; ++i) {
    const double share = total.total() > 0 ? 100 * by_kind[i] / total.total() : 0;
    kinds += fmt::format("{}{:.1f} % {}", kinds.empty() ? "" : ", ", share,
                         energy::name_of(static_cast<energy::Kind>(i)));
  }
  std::vector<std::pair<std::string, std::string>> fields = {
      {"energy", fmt::format("{} a sentence ({} dynamic, {} leakage); accelerator's domain {}",
                             joules(total.total() / count), joules(total.dynamic / count),
                             joules(total.leakage / count), joules(accelerator_joules(energy) / count))},
      {"", fmt::format("table {} ({}) at {} V", elided(printable(table.name()), name_width),
                       table.hash().substr(0, short_hash), report.volts)},
      {"", kinds}};
  const double square = energy.square_law_joules();
  if (std::abs(square - total.total()) > 1e-3 * total.total())
    fields.emplace_back("", fmt::format("{} a sentence if all of it went with V^2", joules(square / count)));
  fields.emplace_back("area", area_line(report.area));
  return fields;
}

}  // namespace edgebert::sim
