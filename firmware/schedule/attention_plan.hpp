// SPDX-License-Identifier: Apache-2.0
// How one attention head is cut into tiles of query rows. Data buffer 0 holds keys (keys x head size) and
// behind them values (head size x keys); data buffer 1 a tile of queries, its wide scores, and its attention
// weights; the tile's context takes the place of the scores. Auxiliary buffer: the head's mask codes, then a
// row scale a query row.
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/plan.hpp"

namespace edgebert::firmware {

struct AttentionShape {
  uint32_t tokens;  ///< query rows, and keys
  uint32_t head_size;
  uint32_t span_codes;  ///< mask codes of a head; 0 without spans
  bool in_span;
};

struct AttentionPlan {
  uint32_t tile_rows = 0;
  bool values_beside_keys =
      false;  ///< both stay in data buffer 0; otherwise values replace the keys for each tile
  Shortage shortage{};
};

inline constexpr uint32_t wide_bytes = 4;
inline constexpr uint32_t row_scale_bytes = 4;

/// Query rows of a tile when only keys in reach are computed: short enough that most keys are out of a tile's
/// reach, long enough that a command outweighs its programming. Rounded up to a multiple of n.
inline constexpr uint32_t in_span_rows = 32;

/// Where a head's operands lie in the buffers, for so many query rows and keys.
struct AttentionLayout {
  uint32_t key_stride, value_base, value_stride;  // data buffer 0
  uint32_t query_stride;                          // data buffer 1, from here on
  uint32_t score_base, score_stride;              // and the context's base
  uint32_t weight_base, weight_stride;
  uint32_t row_scale_base;  // auxiliary buffer
};

constexpr uint32_t score_row_bytes(uint32_t head_size, uint32_t keys) {
  return maximum(aligned(keys * wide_bytes), aligned(head_size));
}

constexpr AttentionLayout attention_layout(const AttentionShape& shape, const AttentionPlan& plan,
                                           uint32_t rows, uint32_t keys) {
  const uint32_t head_stride = aligned(shape.head_size);
  AttentionLayout layout{};
  layout.key_stride = head_stride;
  layout.value_base = plan.values_beside_keys ? keys * head_stride : 0;
  layout.value_stride = aligned(keys);
  layout.query_stride = head_stride;
  layout.score_base = rows * head_stride;
  layout.score_stride = aligned(keys * wide_bytes);
  layout.weight_base = layout.score_base + rows * score_row_bytes(shape.head_size, keys);
  layout.weight_stride = aligned(keys);
  layout.row_scale_base = aligned(shape.span_codes);
  return layout;
}

constexpr AttentionPlan plan_attention(const AttentionShape& shape, const Capabilities& machine) {
  AttentionPlan plan;
  const uint32_t keys = shape.tokens * aligned(shape.head_size);
  const uint32_t values = shape.head_size * aligned(shape.tokens);
  plan.values_beside_keys = keys + values <= machine.data_bytes;
  if (maximum(keys, values) > machine.data_bytes) {
    plan.shortage = shortage(Place::data_buffer, maximum(keys, values), machine.data_bytes);
    return plan;
  }
  const uint32_t row =
      aligned(shape.head_size) + score_row_bytes(shape.head_size, shape.tokens) + aligned(shape.tokens);
  if (row > machine.data_bytes) {
    plan.shortage = shortage(Place::data_buffer, row, machine.data_bytes);
    return plan;
  }
  const uint32_t mask = aligned(shape.span_codes);
  if (mask + row_scale_bytes > machine.auxiliary_bytes) {
    plan.shortage = shortage(Place::auxiliary_buffer, mask + row_scale_bytes, machine.auxiliary_bytes);
    return plan;
  }
  const uint32_t most = minimum(machine.data_bytes / row, (machine.auxiliary_bytes - mask) / row_scale_bytes);
  plan.tile_rows = minimum(shape.tokens, most);
  if (shape.in_span) plan.tile_rows = minimum(plan.tile_rows, round_up(in_span_rows, machine.lanes));
  if (plan.tile_rows < shape.tokens && plan.tile_rows > machine.lanes) {
    plan.tile_rows = round_down(plan.tile_rows, machine.lanes);
  }
  return plan;
}

/// Keys first ... first + count - 1.
struct KeyRange {
  uint32_t first;
  uint32_t count;
};

/// The keys that any of the query rows can reach in an in_span model: t = 0 ... reach has a mask code other
/// than zero, t being the distance or the key's position. Ends are moved outwards to multiples of the bus
/// width.
constexpr KeyRange keys_in_reach(uint32_t first_row, uint32_t rows, uint32_t reach, SpanIndex index,
                                 uint32_t tokens) {
  const bool by_position = index == SpanIndex::position;
  const uint32_t first = by_position || first_row < reach ? 0 : round_down(first_row - reach, row_alignment);
  const uint32_t end = by_position ? reach + 1 : first_row + rows + reach;
  return {first, minimum(aligned(end), tokens) - first};
}

}  // namespace edgebert::firmware
