// SPDX-License-Identifier: Apache-2.0
// What one layer costs at each frequency, from really simulated ones. At a fixed sequence length cycles do
// not depend on the data, so one layer stands for those of all sentences. What does not scale with the
// accelerator's clock (memories, bus, firmware) makes cycles depend on the frequency: each is simulated once.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "platform/platform.hpp"

namespace edgebert::sim {

struct LayerCost {
  std::uint32_t kilohertz = 0;
  std::uint32_t microvolts = 0;
  std::uint32_t core_cycles = 0;  ///< of the layer and its off-ramp, as firmware saw them
  std::uint32_t test_cycles = 0;  ///< accelerator cycles of the command that stands for it in a replay
  std::vector<UnitReport> units;  ///< of embedding and layer
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

 private:
  Platform& platform_;
  std::uint32_t core_kilohertz_;
  std::uint32_t embedding_test_cycles_ = 1;
  std::map<std::uint32_t, LayerCost> costs_;
};

}  // namespace edgebert::sim
