// SPDX-License-Identifier: Apache-2.0
// What was injected into a memory, by region. No SystemC.
#pragma once
#include <string>
#include <vector>

#include "ip/envm/faults.hpp"

namespace edgebert {

struct RegionFaults {
  std::string region;  ///< a tensor in the eNVM, otherwise the memory's name
  reram::FaultCounts counts;
};

/// One row a region; none if no faults are configured.
using FaultReport = std::vector<RegionFaults>;

inline reram::FaultCounts total_of(const FaultReport& report) {
  reram::FaultCounts total;
  for (const RegionFaults& region : report) total += region.counts;
  return total;
}

}  // namespace edgebert
