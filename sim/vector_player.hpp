// SPDX-License-Identifier: Apache-2.0
// Plays recorded cases on single units of the modelled accelerator: operands into the buffers through the
// back door, the command through the unit's registers, the result back. No core, no firmware, no bus.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "sim/vector_case.hpp"

namespace edgebert::sim {

/// What a case expects under one of its keys, beside what the unit gave.
struct Comparison {
  const char* key;
  std::uint32_t columns;  ///< values a row
  std::vector<std::int64_t> expected;
  std::vector<std::int64_t> got;
};

struct CaseOutcome {
  std::vector<Comparison> comparisons;
  std::uint64_t cycles = 0;  ///< accelerator cycles, start to interrupt
};

class UnitBench;

/// One a process: SystemC elaborates once.
class VectorPlayer {
 public:
  /// Builds an accelerator for every n the cases name. Where that is not the configuration's, the constants
  /// of the timing preset follow n, and the buffers, which are n banks wide, hold as many vectors.
  VectorPlayer(const SocConfig& config, std::span<const VectorCase> cases);
  ~VectorPlayer();

  /// @throws Error capacity (operands or result do not fit the buffers), input (the unit refuses the command)
  CaseOutcome play(const VectorCase& one);

 private:
  std::map<std::uint32_t, std::unique_ptr<UnitBench>> benches_;
};

}  // namespace edgebert::sim
