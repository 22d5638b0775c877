// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/energy_table.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::energy {
namespace {

constexpr double joules_a_picojoule = 1e-12;
constexpr double watts_a_milliwatt = 1e-3;

const char* section_of(Item item) {
  return is_leakage(item) ? "leakage" : "dynamic";
}

}  // namespace

const char* name_of(Kind kind) {
  constexpr const char* names[kind_count] = {"measured", "derived", "recalled", "assumed"};
  return names[static_cast<std::size_t>(kind)];
}

const std::vector<std::string>& area_blocks() {
  static const std::vector<std::string> blocks = {
      "multipliers", "buffers", "accelerator_rest", "core", "system_sram", "weight_memory", "envm"};
  return blocks;
}

double Row::at(double volts) const {
  if (points.size() == 1) return points.front().value * std::pow(volts / points.front().volts, exponent);
  if (volts < points.front().volts || volts > points.back().volts) {
    throw std::out_of_range(fmt::format("{} V is outside its points, {} to {} V", volts, points.front().volts,
                                        points.back().volts));
  }
  const auto above = std::ranges::find_if(points, [&](const Point& point) { return point.volts >= volts; });
  // The factor of V^2 changes little from point to point; the value itself does not lie on a line.
  const auto factor = [](const Point& point) { return point.value / (point.volts * point.volts); };
  if (above->volts == volts) return above->value;
  const Point& left = *std::prev(above);
  const double share = (volts - left.volts) / (above->volts - left.volts);
  return volts * volts * (factor(left) + share * (factor(*above) - factor(left)));
}

const Row* EnergyTable::area_row(const std::string& block) const {
  const auto found = areas_.find(block);
  return found == areas_.end() ? nullptr : &found->second;
}

const Row& EnergyTable::required(Item item) const {
  if (const Row* found = row(item)) return *found;
  throw Error(Failure::config,
              fmt::format("{}: no row {}.{}, which this SoC needs; add it, with value 0 and a source if "
                          "another row contains it",
                          file_, section_of(item), name_of(item)));
}

double EnergyTable::scaled(const Row& row, double value, Item item, const Size& size) const {
  const double unit = is_leakage(item) ? watts_a_milliwatt : joules_a_picojoule;
  switch (row.scale) {
    case Scale::multiplier:
      return value * unit * size.multipliers;
    case Scale::mebibyte:
      return value * unit * size.mebibytes[static_cast<std::size_t>(domain_of(item))];
    case Scale::one:
      break;
  }
  return value * unit;
}

double EnergyTable::cost(Item item, double volts, const Size& size) const {
  const Row& found = required(item);
  if (!scales(domain_of(item))) return scaled(found, found.points.back().value, item, size);
  try {
    return scaled(found, found.at(volts), item, size);
  } catch (const std::out_of_range& problem) {
    throw Error(Failure::config, fmt::format("{}: {}.{}: {}; change dvfs.table or add points", file_,
                                             section_of(item), name_of(item), problem.what()));
  }
}

double EnergyTable::square_law_cost(Item item, double volts, const Size& size) const {
  const Row& found = required(item);
  if (!scales(domain_of(item))) return cost(item, volts, size);
  const Point& nominal = *std::ranges::min_element(
      found.points, {}, [&](const Point& point) { return std::abs(point.volts - nominal_volts_); });
  const double ratio = volts / nominal.volts;
  return scaled(found, nominal.value * ratio * ratio, item, size);
}

double EnergyTable::area(const std::string& block, double multipliers, double mebibytes) const {
  const Row* found = area_row(block);
  if (found == nullptr) {
    throw Error(
        Failure::config,
        fmt::format("{}: no row area.{}; add it, with value 0 and a source if another row contains it", file_,
                    block));
  }
  const double value = found->points.front().value;
  switch (found->scale) {
    case Scale::multiplier:
      return value * multipliers;
    case Scale::mebibyte:
      return value * mebibytes;
    case Scale::one:
      break;
  }
  return value;
}

}  // namespace edgebert::energy
