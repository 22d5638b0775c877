// SPDX-License-Identifier: Apache-2.0
// What one layer costs at each frequency, from really simulated ones. At a fixed sequence length cycles do
// not depend on the data, so one layer stands for those of all sentences. What does not scale with the
// accelerator's clock (memories, bus, firmware) makes cycles depend on the frequency: each is simulated once.
//
// Energy: a replay has a ledger of its own, with all times, clocks, changes of voltage and what firmware
// does. What computing embedding and layers takes beyond it is kept here, from the same layer computed and
// replayed. It does depend on the data, by the MACs that are gated: dynamic energy is that of the first layer
// times mean / first of a sentence simulated through all layers.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "platform/platform.hpp"

namespace edgebert::sim {

struct LayerCost {
  std::uint32_t kilohertz = 0;
  std::uint32_t microvolts = 0;
  std::uint32_t core_cycles = 0;  ///< of the layer and its off-ramp, as firmware saw them
  std::uint32_t test_cycles = 0;  ///< accelerator cycles of the command that stands for it in a replay
  energy::DomainJoules work{};    ///< of computing the layer, beyond replaying it; 0 without an energy table
};

/// What layers of one sentence took at the top frequency: joules of the SoC.
struct LayerSpread {
  double mean = 0;
  double least = 0;
  double most = 0;
};

class LayerCosts {
 public:
  /// @param core_kilohertz  clock of the core
  LayerCosts(Platform& platform, std::uint32_t core_kilohertz);

  /// Simulates embedding and layer at a frequency unless that was done.
  const LayerCost& at(std::uint32_t kilohertz);

  /// Everything known so far, for a replay: all but the entropies.
  mailbox::Replay replay() const;

  const std::map<std::uint32_t, LayerCost>& all() const { return costs_; }

  /// What computing a sentence takes beyond replaying it.
  /// @param kilohertz  of each computed layer, all of them known
  energy::DomainJoules work(const std::vector<std::uint32_t>& kilohertz) const;
  /// Nothing without an energy table.
  const std::optional<LayerSpread>& spread() const { return spread_; }

 private:
  /// Simulates a sentence through all layers.
  void measure_spread();
  energy::DomainJoules beyond_replay(const energy::EnergyReport& real, const energy::EnergyReport& replayed,
                                     std::uint32_t layer) const;

  Platform& platform_;
  std::uint32_t core_kilohertz_;
  std::uint32_t embedding_test_cycles_ = 1;
  std::map<std::uint32_t, LayerCost> costs_;
  energy::DomainJoules embedding_work_{};
  std::array<double, energy::domain_count> mean_of_first_;  ///< dynamic energy: mean layer / first layer
  std::optional<LayerSpread> spread_;
};

}  // namespace edgebert::sim
