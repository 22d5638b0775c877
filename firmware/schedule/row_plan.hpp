// SPDX-License-Identifier: Apache-2.0
// Tiles of whole rows, for the embedding and for layernorm.
#pragma once
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/product_plan.hpp"

namespace edgebert::firmware {

struct RowPlan {
  uint32_t tile_rows = 0;
  Shortage shortage{};
};

/// Layernorm: data buffer 0 holds operand A and behind it the result, data buffer 1 operand B; the auxiliary
/// buffer gamma and behind it beta.
constexpr RowPlan plan_layernorm(uint32_t rows, uint32_t features, const Capabilities& machine) {
  const uint32_t row = 2 * aligned(features);
  if (row > machine.data_bytes) return {0, shortage(Place::data_buffer, row, machine.data_bytes)};
  if (row > machine.auxiliary_bytes) {
    return {0, shortage(Place::auxiliary_buffer, row, machine.auxiliary_bytes)};
  }
  return {minimum(rows, machine.data_bytes / row), {}};
}

/// Embedding: data buffer 0 holds packed word rows (at worst dense), the token type row, and the result; mask
/// buffer 0 the words' masks; data buffer 1 position rows and the wide sum. Gamma and beta as above.
constexpr RowPlan plan_embedding(uint32_t rows, uint32_t features, const Capabilities& machine) {
  const uint32_t row = aligned(features);
  const uint32_t sum_row = aligned(features * wide_bytes);
  const uint32_t needed = maximum(3 * row, row + sum_row);
  if (needed > machine.data_bytes) return {0, shortage(Place::data_buffer, needed, machine.data_bytes)};
  if (mask_row_bytes(features) > machine.mask_bytes) {
    return {0, shortage(Place::mask_buffer, mask_row_bytes(features), machine.mask_bytes)};
  }
  if (2 * row > machine.auxiliary_bytes) {
    return {0, shortage(Place::auxiliary_buffer, 2 * row, machine.auxiliary_bytes)};
  }
  const uint32_t by_data0 = (machine.data_bytes - row) / (2 * row);
  const uint32_t by_data1 = machine.data_bytes / (row + sum_row);
  const uint32_t by_masks = machine.mask_bytes / mask_row_bytes(features);
  return {minimum(rows, minimum(by_masks, minimum(by_data0, by_data1))), {}};
}

}  // namespace edgebert::firmware
