// SPDX-License-Identifier: Apache-2.0
// Which part of a run is traced.
#pragma once
#include <array>
#include <limits>

#include "platform/tracing/tracks.hpp"

namespace edgebert::tracing {

struct TraceOptions {
  Time from = 0;
  Time to = std::numeric_limits<Time>::max();
  /// Bytes, before compression: the trace stops in front of what would not fit.
  std::uint64_t limit = std::uint64_t{256} << 20;
  std::array<bool, track_count> tracks{};

  bool has(Track track) const { return tracks[static_cast<std::size_t>(track)]; }
  bool has_unit(std::size_t unit) const { return tracks[unit]; }
};

/// What the end of a trace keeps free of its limit: the closing of what is open, one sentence's power.
inline constexpr std::uint64_t limit_reserve = 64 << 10;
inline constexpr std::uint64_t smallest_limit = 2 * limit_reserve;

}  // namespace edgebert::tracing
