// SPDX-License-Identifier: Apache-2.0
// What the plans share. Plans are pure functions of geometry and capabilities: no hardware, tested on the
// host.
#pragma once
#include <stdint.h>

namespace edgebert::firmware {

/// Rows in memories and buffers begin at multiples of the bus width.
inline constexpr uint32_t row_alignment = 8;

constexpr uint32_t minimum(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}
constexpr uint32_t maximum(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}
constexpr uint32_t divide_up(uint32_t value, uint32_t by) {
  return (value + by - 1) / by;
}
constexpr uint32_t round_up(uint32_t value, uint32_t to) {
  return divide_up(value, to) * to;
}
constexpr uint32_t round_down(uint32_t value, uint32_t to) {
  return value / to * to;
}
constexpr uint32_t aligned(uint32_t bytes) {
  return round_up(bytes, row_alignment);
}

/// Part of a dimension: elements first ... first + count - 1.
struct Extent {
  uint32_t first;
  uint32_t count;

  constexpr uint32_t end() const { return first + count; }
};

/// A memory, as FailureCode::does_not_fit numbers them.
enum class Place : uint32_t { data_buffer = 0, mask_buffer = 1, auxiliary_buffer = 2, system_sram = 3 };

/// Why a plan is impossible: the smallest tile needs more than there is.
struct Shortage {
  bool exists = false;
  Place place = Place::data_buffer;
  uint32_t needed = 0;  ///< bytes
  uint32_t available = 0;
};

constexpr Shortage shortage(Place place, uint32_t needed, uint32_t available) {
  return {true, place, needed, available};
}

}  // namespace edgebert::firmware
