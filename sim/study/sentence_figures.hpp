// SPDX-License-Identifier: Apache-2.0
// What one sentence took, from a run's report, layer by layer: all layers of a shared encoder cost alike at a
// fixed sequence length, so that a sentence which leaves behind some layer, or behind 3.9 of them on average,
// costs its embedding and that many mean layers.
#pragma once
#include <cstdint>

#include <nlohmann/json.hpp>

namespace edgebert::sim {

/// Of a stretch of simulated time.
struct Cost {
  double seconds = 0;
  double accelerator_joules = 0;  ///< accelerator, its buffers and its clock generator
  double soc_joules = 0;          ///< with core, bus and all memories

  Cost& operator+=(const Cost& other);
  friend Cost operator+(Cost a, const Cost& b) { return a += b; }
  friend Cost operator*(const Cost& cost, double factor) {
    return {cost.seconds * factor, cost.accelerator_joules * factor, cost.soc_joules * factor};
  }
};

struct SentenceFigures {
  Cost embedding;  ///< all that is in front of the first layer
  Cost layer;      ///< mean of the layers, each with its off-ramp
  std::uint32_t layers = 0;
  double energy_spread = 0;  ///< dearest layer / cheapest layer - 1, of the accelerator's energy
  std::uint64_t macs = 0;
  std::uint64_t gated_macs = 0;  ///< of them, those with an operand that is 0

  /// A sentence that leaves behind so many layers.
  Cost at(double exit_layer) const { return embedding + layer * exit_layer; }
  Cost whole() const { return at(layers); }
};

/// @param report  of a run of one sentence with an energy table (docs/run_json.md)
/// @throws Error(Failure::config) if it has no energy
SentenceFigures figures_of(const nlohmann::ordered_json& report);

}  // namespace edgebert::sim
