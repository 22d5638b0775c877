// SPDX-License-Identifier: Apache-2.0
// Published figures of the accelerator at a vector size n, which more than one command puts beside ours.
#pragma once
#include <array>
#include <cstdint>

#include "sim/study/study.hpp"

namespace edgebert::sim {

struct PublishedAtLanes {
  std::uint32_t n;
  double value;
  const char* unit;
  Provenance kind;
  const char* source;

  Published published() const { return {value, kind, source}; }
};

/// The n with the least energy; `value` is n itself.
inline constexpr PublishedAtLanes published_best_lanes{16, 16, "", Provenance::recalled,
                                                       "EdgeBERT, MICRO 2021"};
/// Power of the accelerator, ALBERT-base.
inline constexpr PublishedAtLanes published_power{16, 85.9, "mW", Provenance::recalled,
                                                  "EdgeBERT, MICRO 2021"};
/// Area of the accelerator.
inline constexpr PublishedAtLanes published_area{16, 1.39, "mm2", Provenance::recalled,
                                                 "EdgeBERT, MICRO 2021"};

}  // namespace edgebert::sim
