// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/energy_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::energy {
namespace {

void book(Joules& to, const EnergyRow& row) {
  (is_leakage(row.item) ? to.leakage : to.dynamic) += row.joules;
}

bool in_front(const EnergyRow& a, const EnergyRow& b) {
  return std::pair(a.layer, a.item) < std::pair(b.layer, b.item);
}

void add(EnergyRow& to, const EnergyRow& row) {
  to.count += row.count;
  to.joules += row.joules;
  to.square_law_joules += row.square_law_joules;
}

}  // namespace

double PowerSegment::total() const {
  return std::accumulate(joules.begin(), joules.end(), 0.0);
}

Joules EnergyReport::sum(const std::function<bool(const EnergyRow&)>& chosen) const {
  Joules sum;
  for (const EnergyRow& row : rows) {
    if (chosen(row)) book(sum, row);
  }
  return sum;
}

Joules EnergyReport::total() const {
  return sum([](const EnergyRow&) { return true; });
}

Joules EnergyReport::idle() const {
  return sum([this](const EnergyRow& row) { return row.layer > layers; });
}

double EnergyReport::square_law_joules() const {
  double sum = 0;
  for (const EnergyRow& row : rows) sum += row.square_law_joules;
  return sum;
}

std::vector<EnergyRow> EnergyReport::by_item() const {
  std::map<Item, EnergyRow> items;
  for (const EnergyRow& row : rows)
    add(items.try_emplace(row.item, EnergyRow{0, row.item, 0, 0, 0}).first->second, row);
  std::vector<EnergyRow> sorted;
  for (const auto& [item, row] : items) sorted.push_back(row);
  return sorted;
}

std::vector<std::pair<std::string, Joules>> EnergyReport::by_unit() const {
  std::vector<std::pair<std::string, Joules>> units;
  for (const EnergyRow& row : by_item()) {
    const std::string name = unit_of(row.item);
    auto unit = std::ranges::find(units, name, &std::pair<std::string, Joules>::first);
    if (unit == units.end()) unit = units.insert(unit, {name, {}});
    book(unit->second, row);
  }
  return units;
}

DomainJoules EnergyReport::by_domain() const {
  return by_domain([](const EnergyRow&) { return true; });
}

DomainJoules EnergyReport::by_domain(const std::function<bool(const EnergyRow&)>& chosen) const {
  DomainJoules domains{};
  for (const EnergyRow& row : rows) {
    if (chosen(row)) book(domains[static_cast<std::size_t>(domain_of(row.item))], row);
  }
  return domains;
}

std::array<double, kind_count> EnergyReport::by_kind(const EnergyTable& table) const {
  std::array<double, kind_count> kinds{};
  for (const EnergyRow& row : rows) {
    if (const Row* of = table.row(row.item)) kinds[static_cast<std::size_t>(of->kind)] += row.joules;
  }
  return kinds;
}

EnergyReport& EnergyReport::operator+=(const EnergyReport& other) {
  layers = other.layers;
  trace.clear();
  for (const EnergyRow& row : other.rows) {
    const auto place = std::ranges::lower_bound(rows, row, in_front);
    if (place != rows.end() && place->layer == row.layer && place->item == row.item) {
      add(*place, row);
    } else {
      rows.insert(place, row);
    }
  }
  return *this;
}

DomainJoules& operator+=(DomainJoules& to, const DomainJoules& other) {
  for (std::size_t i = 0; i < domain_count; ++i) to[i] += other[i];
  return to;
}

double total_of(const DomainJoules& domains) {
  double sum = 0;
  for (const Joules& joules : domains) sum += joules.total();
  return sum;
}

double accelerator_total_of(const DomainJoules& domains) {
  double sum = 0;
  for (std::size_t i = 0; i < domain_count; ++i) {
    if (scales(static_cast<Domain>(i))) sum += domains[i].total();
  }
  return sum;
}

void check_trace(const EnergyReport& report) {
  constexpr double tolerance = 1e-9;
  const double ledger = report.total().total();
  double trace = 0;
  for (const PowerSegment& segment : report.trace) trace += segment.total();
  if (std::abs(trace - ledger) <= tolerance * ledger) return;
  throw Error(Failure::internal,
              fmt::format("cannot account for the energy: {} J in the ledger, {} J in the power trace",
                          ledger, trace));
}

}  // namespace edgebert::energy
