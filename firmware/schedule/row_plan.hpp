// SPDX-License-Identifier: Apache-2.0
// Tiles of whole rows, for the embedding and for layernorm.
#pragma once
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/product_plan.hpp"

namespace edgebert::firmware {

struct RowPlan {
  uint32_t tile_rows = 0;
  uint32_t slots = 1;  ///< 2: the next tile arrives, and the one before leaves, while one is computed
  Shortage shortage{};
};

inline constexpr uint32_t row_command_cycles = 400;  ///< what a tile costs besides its rows

/// Rows of a tile of which two fit: the fewer, the shorter the first load and the last store, which nothing
/// hides; the more, the fewer commands.
constexpr uint32_t overlapped_rows(uint32_t rows, uint32_t most, uint32_t row_bytes_moved,
                                   const Capabilities& machine) {
  const auto visible_cycles = [&](uint32_t tile) {
    return transfer_cycles(tile * row_bytes_moved, machine.sram_rate) +
           divide_up(rows, tile) * row_command_cycles;
  };
  uint32_t tile = minimum(rows, most);
  for (uint32_t half = divide_up(tile, 2); half < tile; half = divide_up(half, 2)) {
    if (visible_cycles(half) >= visible_cycles(tile)) break;
    tile = half;
  }
  return tile;
}

/// Layernorm: data buffer 0 holds operand A and behind it the result, data buffer 1 operand B, each once or
/// twice; the auxiliary buffer gamma and behind it beta.
constexpr RowPlan plan_layernorm(uint32_t rows, uint32_t features, const Capabilities& machine) {
  const uint32_t row = 2 * aligned(features);
  if (row > machine.data_bytes) return {.shortage = shortage(Place::data_buffer, row, machine.data_bytes)};
  if (row > machine.auxiliary_bytes) {
    return {.shortage = shortage(Place::auxiliary_buffer, row, machine.auxiliary_bytes)};
  }
  const uint32_t fit_twice = machine.data_bytes / (2 * row);
  if (fit_twice == 0) return {.tile_rows = 1};
  const uint32_t moved = 3 * features;  // two operands and the result
  const uint32_t tile_rows = overlapped_rows(rows, fit_twice, moved, machine);
  return {.tile_rows = tile_rows, .slots = tile_rows < rows ? 2u : 1u};
}

/// Embedding: data buffer 0 holds packed word rows (at worst dense), the token type row, and the result; mask
/// buffer 0 the words' masks; data buffer 1 position rows and the wide sum. Gamma and beta as above.
constexpr RowPlan plan_embedding(uint32_t rows, uint32_t features, const Capabilities& machine) {
  const uint32_t row = aligned(features);
  const uint32_t sum_row = aligned(features * wide_bytes);
  const uint32_t needed = maximum(3 * row, row + sum_row);
  if (needed > machine.data_bytes)
    return {.shortage = shortage(Place::data_buffer, needed, machine.data_bytes)};
  if (mask_row_bytes(features) > machine.mask_bytes) {
    return {.shortage = shortage(Place::mask_buffer, mask_row_bytes(features), machine.mask_bytes)};
  }
  if (2 * row > machine.auxiliary_bytes) {
    return {.shortage = shortage(Place::auxiliary_buffer, 2 * row, machine.auxiliary_bytes)};
  }
  const uint32_t by_data0 = (machine.data_bytes - row) / (2 * row);
  const uint32_t by_data1 = machine.data_bytes / (row + sum_row);
  const uint32_t by_masks = machine.mask_bytes / mask_row_bytes(features);
  return {.tile_rows = minimum(rows, minimum(by_masks, minimum(by_data0, by_data1)))};
}

}  // namespace edgebert::firmware
