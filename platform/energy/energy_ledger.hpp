// SPDX-License-Identifier: Apache-2.0
// Where energy went: counts and times by layer, item and voltage, and what the table makes of them.
// SystemC-free. Fed at every command's end: an addition an item, neither allocation nor names, unless the
// voltage is a new one.
//
// The power trace is a second account of the same energy: what is added goes, as joules, into the segment at
// hand too. Both sums must agree to 1e-9.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "platform/energy/energy_report.hpp"
#include "platform/energy/energy_table.hpp"
#include "platform/energy/items.hpp"

namespace edgebert::energy {

class EnergyLedger {
 public:
  /// @param layers  of the model. Rows are of layer 0 (the embedding), 1 ... `layers`, and of idle time
  EnergyLedger(const EnergyTable& table, const Size& size, std::uint32_t layers);
  EnergyLedger(const EnergyLedger&) = delete;

  /// The layer idle time is booked to; what is beyond the model's layers, too.
  std::uint32_t idle_layer() const { return layers_ + 1; }

  /// Something happened `count` times.
  /// @param volts  of the accelerator's domain, whatever the action's own is
  /// @throws Error(Failure::config) at a voltage the table does not cover
  void add(std::uint32_t layer, Action action, double count, double volts) {
    add_item(layer, item_of(action), count, volts);
  }
  /// A domain was in a state.
  void add_time(std::uint32_t layer, Domain domain, State state, double seconds, double volts) {
    add_item(layer, item_of(domain, state), seconds, volts);
  }

  /// Ends the segment at hand, of what was added since the last one's end. Times are seconds of one clock.
  void end_segment(double start, double end, std::uint32_t layer, double volts);

  /// What was added since the last restart.
  EnergyReport report() const;
  /// Forgets counts, times and segments.
  void restart();

 private:
  struct VoltagePoint {
    double volts;
    std::array<double, item_count> cost{};    ///< joules a count, or watts
    std::array<double, item_count> square{};  ///< the same by V^2 alone
    std::vector<double> counts;               ///< item_count a layer
  };

  void add_item(std::uint32_t layer, Item item, double count, double volts) {
    if (volts != present_->volts) select(volts);
    if (layer > layers_) layer = idle_layer();
    present_->counts[layer * item_count + item] += count;
    segment_[static_cast<std::size_t>(domain_of_[item])] += count * present_->cost[item];
  }
  void select(double volts);
  /// Of what a layer took: nothing is booked on this item.
  EnergyRow regulator_loss(std::uint32_t layer) const;

  const EnergyTable& table_;
  Size size_;
  std::uint32_t layers_;
  std::array<Domain, item_count> domain_of_;
  std::vector<VoltagePoint> points_;
  VoltagePoint* present_ = nullptr;
  std::array<double, domain_count> segment_{};
  std::vector<PowerSegment> trace_;
};

}  // namespace edgebert::energy
