// SPDX-License-Identifier: Apache-2.0
// How attention is cut into tiles of query rows, and where they lie. Data buffer 0 holds a head's keys (keys
// x head size) and behind them values (head size x keys); data buffer 1 a tile's queries, wide scores,
// attention weights and context; the auxiliary buffer mask codes and a row scale a query row.
//
// Overlapped, the processing unit computes the context of the tile before and the scores of the one behind
// while softmax works on a tile: scores, weights, mask codes and row scales lie there twice. Where that does
// not fit, tiles follow one another: the context takes the place of the scores, and the values, if they must,
// that of the keys.
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/heads.hpp"

namespace edgebert::firmware {

struct AttentionShape {
  uint32_t tokens;  ///< query rows, and keys
  uint32_t head_size;
  uint32_t span_codes;  ///< mask codes of a head; 0 without spans
};

struct AttentionPlan {
  uint32_t tile_rows = 0;  ///< a head's tiles have so many, or fewer: tile_rows_of_head
  bool overlapped = false;
  bool values_beside_keys = false;  ///< otherwise values replace the keys for each tile
  Shortage shortage{};
};

inline constexpr uint32_t wide_bytes = 4;
inline constexpr uint32_t row_scale_bytes = 4;

// What the choice of a head's tiles takes for granted, in accelerator cycles.
inline constexpr uint32_t softmax_vector_cycles = 22;    ///< n scores of a query row
inline constexpr uint32_t attention_step_cycles = 5000;  ///< a tile's transfers, products and programming

/// Byte addresses, for tiles of tile_rows rows and any number of keys. Rows of scores, weights and values are
/// as far apart as a tile's own keys ask.
struct AttentionLayout {
  uint32_t head_stride;  ///< of keys, queries and context
  uint32_t value_base;   // data buffer 0
  uint32_t query_base;   // data buffer 1
  uint32_t score_base[2];
  uint32_t weight_base[2];
  uint32_t context_base;
  uint32_t span_base[2];  // auxiliary buffer
  uint32_t row_scale_base[2];
};

/// Bytes of data buffer 1 that a query row takes.
constexpr uint32_t attention_row_bytes(const AttentionShape& shape, bool overlapped) {
  const uint32_t head = aligned(shape.head_size);
  const uint32_t scores = aligned(shape.tokens * wide_bytes), weights = aligned(shape.tokens);
  return overlapped ? 2 * (head + scores + weights) : head + maximum(scores, head) + weights;
}

constexpr AttentionLayout attention_layout(const AttentionShape& shape, const AttentionPlan& plan) {
  const uint32_t second = plan.overlapped ? 1 : 0;
  const uint32_t head = aligned(shape.head_size);
  const uint32_t queries = plan.tile_rows * head;
  const uint32_t scores = plan.tile_rows * aligned(shape.tokens * wide_bytes);
  const uint32_t weights = plan.tile_rows * aligned(shape.tokens);
  const uint32_t span = aligned(shape.span_codes);
  const uint32_t row_scales = plan.tile_rows * row_scale_bytes;
  const uint32_t weight_base = queries + (plan.overlapped ? 2 * scores : maximum(scores, queries));
  const uint32_t row_scale_base = (1 + second) * span;
  return {.head_stride = head,
          .value_base = plan.values_beside_keys ? shape.tokens * head : 0,
          .query_base = 0,
          .score_base = {queries, queries + second * scores},
          .weight_base = {weight_base, weight_base + second * weights},
          .context_base = plan.overlapped ? weight_base + 2 * weights : queries,
          .span_base = {0, second * span},
          .row_scale_base = {row_scale_base, row_scale_base + second * row_scales}};
}

/// Query rows that fit; 0 if not one does.
constexpr uint32_t attention_rows(const AttentionShape& shape, bool overlapped, const Capabilities& machine) {
  const uint32_t areas = overlapped ? 2 : 1;
  const uint32_t spans = areas * aligned(shape.span_codes);
  if (spans > machine.auxiliary_bytes) return 0;
  const uint32_t most = minimum(machine.data_bytes / attention_row_bytes(shape, overlapped),
                                (machine.auxiliary_bytes - spans) / (areas * row_scale_bytes));
  return minimum(shape.tokens, most);
}

/// What keeps a single query row from fitting.
constexpr Shortage attention_shortage(const AttentionShape& shape, const Capabilities& machine) {
  const uint32_t operand =
      maximum(shape.tokens * aligned(shape.head_size), shape.head_size * aligned(shape.tokens));
  const uint32_t data = maximum(operand, attention_row_bytes(shape, false));
  if (data > machine.data_bytes) return shortage(Place::data_buffer, data, machine.data_bytes);
  const uint32_t auxiliary = aligned(shape.span_codes) + row_scale_bytes;
  if (auxiliary > machine.auxiliary_bytes) {
    return shortage(Place::auxiliary_buffer, auxiliary, machine.auxiliary_bytes);
  }
  return {};
}

constexpr AttentionPlan plan_attention(const AttentionShape& shape, const Capabilities& machine) {
  AttentionPlan plan;
  plan.shortage = attention_shortage(shape, machine);
  if (plan.shortage.exists) return plan;
  const uint32_t keys = shape.tokens * aligned(shape.head_size);
  const uint32_t values = shape.head_size * aligned(shape.tokens);
  plan.values_beside_keys = keys + values <= machine.data_bytes;
  plan.overlapped =
      plan.values_beside_keys && attention_rows(shape, true, machine) >= minimum(shape.tokens, machine.lanes);
  uint32_t most = attention_rows(shape, plan.overlapped, machine);
  if (most > machine.lanes && most < shape.tokens) most = round_down(most, machine.lanes);
  const uint32_t equal = divide_up(shape.tokens, divide_up(shape.tokens, most));
  plan.tile_rows = minimum(most, round_up(equal, machine.lanes));
  return plan;
}

/// How long a head takes in tiles of so many rows.
constexpr uint32_t attention_cycles(const AttentionShape& shape, const Capabilities& machine,
                                    const AttentionPlan& plan, const HeadReach& reach, uint32_t tile_rows) {
  uint32_t cycles = 0;
  for (uint32_t first = 0; first < shape.tokens; first += tile_rows) {
    const Extent rows{first, minimum(tile_rows, shape.tokens - first)};
    const uint32_t keys = keys_in_reach(rows, reach, shape.tokens).count;
    const uint32_t softmax = rows.count * divide_up(keys, machine.lanes) * softmax_vector_cycles;
    cycles += plan.overlapped ? maximum(softmax, attention_step_cycles) : softmax + attention_step_cycles;
  }
  return cycles;
}

/// Query rows of a head's tiles: the fewer, the less keys out of a row's reach are computed with it; the
/// more, the fewer commands. Keys that are loaded for each tile are loaded as seldom as possible.
constexpr uint32_t tile_rows_of_head(const AttentionShape& shape, const Capabilities& machine,
                                     const AttentionPlan& plan, const HeadReach& reach) {
  uint32_t best = plan.tile_rows;
  if (!plan.values_beside_keys) return best;
  uint32_t least = attention_cycles(shape, machine, plan, reach, best);
  const uint32_t granule = maximum(machine.lanes, row_alignment);
  for (uint32_t rows = best; rows > granule;) {
    rows = round_up(divide_up(rows, 2), granule);
    const uint32_t cycles = attention_cycles(shape, machine, plan, reach, rows);
    if (cycles >= least) continue;
    best = rows;
    least = cycles;
  }
  return best;
}

}  // namespace edgebert::firmware
