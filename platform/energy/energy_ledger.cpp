// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/energy_ledger.hpp"

#include <algorithm>

namespace edgebert::energy {

EnergyLedger::EnergyLedger(const EnergyTable& table, const Size& size, std::uint32_t layers)
    : table_(table), size_(size), layers_(layers) {
  for (Item item = 0; item < item_count; ++item) domain_of_[item] = edgebert::energy::domain_of(item);
  select(table.nominal_volts());
}

void EnergyLedger::select(double volts) {
  const auto known = std::ranges::find(points_, volts, &VoltagePoint::volts);
  if (known != points_.end()) {
    present_ = &*known;
    return;
  }
  VoltagePoint point{.volts = volts, .counts = std::vector<double>((layers_ + 2) * item_count)};
  for (Item item = 0; item < item_count; ++item) {
    // Rows that are missing are refused when this SoC is built; those no SoC of this kind counts may be.
    if (table_.row(item) == nullptr) continue;
    point.cost[item] = table_.cost(item, volts, size_);
    point.square[item] = table_.square_law_cost(item, volts, size_);
  }
  points_.push_back(std::move(point));
  present_ = &points_.back();
}

namespace {

constexpr double picojoule = 1e-12;
constexpr Item loss = item_of(Action::regulator_loss);

}  // namespace

/// What the regulator delivers is known when the segment is.
void EnergyLedger::end_segment(double start, double end, std::uint32_t layer, double volts) {
  if (volts != present_->volts) select(volts);
  double delivered = 0;
  for (std::size_t i = 0; i < domain_count; ++i) {
    if (scales(static_cast<Domain>(i))) delivered += segment_[i];
  }
  segment_[static_cast<std::size_t>(domain_of_[loss])] += delivered / picojoule * present_->cost[loss];
  trace_.push_back({start, end, layer, volts, segment_});
  segment_ = {};
}

EnergyReport EnergyLedger::report() const {
  EnergyReport report{.layers = layers_, .rows = {}, .trace = trace_};
  for (std::uint32_t layer = 0; layer <= idle_layer(); ++layer) {
    for (Item item = 0; item < item_count; ++item) {
      EnergyRow row{static_cast<std::uint8_t>(layer), item, 0, 0, 0};
      for (const VoltagePoint& point : points_) {
        const double count = point.counts[layer * item_count + item];
        // Names the row that is missing.
        if (count != 0 && table_.row(item) == nullptr && !from_configuration(item))
          table_.cost(item, point.volts, size_);
        row.count += count;
        row.joules += count * point.cost[item];
        row.square_law_joules += count * point.square[item];
      }
      if (item == loss) row = regulator_loss(layer);
      if (row.count != 0) report.rows.push_back(row);
    }
  }
  return report;
}

EnergyRow EnergyLedger::regulator_loss(std::uint32_t layer) const {
  EnergyRow row{static_cast<std::uint8_t>(layer), loss, 0, 0, 0};
  if (table_.row(loss) == nullptr) return row;
  for (const VoltagePoint& point : points_) {
    double delivered = 0, by_square_law = 0;
    for (Item item = 0; item < item_count; ++item) {
      if (!scales(domain_of_[item]) || item == loss) continue;
      const double count = point.counts[layer * item_count + item];
      delivered += count * point.cost[item] / picojoule;
      by_square_law += count * point.square[item] / picojoule;
    }
    row.count += delivered;
    row.joules += delivered * point.cost[loss];
    row.square_law_joules += by_square_law * point.cost[loss];
  }
  return row;
}

void EnergyLedger::restart() {
  for (VoltagePoint& point : points_) std::ranges::fill(point.counts, 0.0);
  segment_ = {};
  trace_.clear();
}

}  // namespace edgebert::energy
