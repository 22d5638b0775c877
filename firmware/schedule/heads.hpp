// SPDX-License-Identifier: Apache-2.0
// Attention heads as the descriptor and their mask codes describe them: which are on, and how far they see.
#pragma once
#include "contract/model_descriptor.hpp"
#include "firmware/schedule/plan.hpp"

namespace edgebert::firmware {

constexpr bool head_is_off(const ModelDescriptor& model, uint32_t head) {
  return (model.heads_off[head / 32] >> head % 32 & 1) != 0;
}

/// Features of query, key and value that belong to heads that are on: a run for each row of such heads.
struct ActiveFeatures {
  Extent runs[(heads_max + 1) / 2];
  uint32_t count;
};

constexpr ActiveFeatures active_features(const ModelDescriptor& model) {
  ActiveFeatures active{};
  bool before = false;  // whether the head in front is on
  for (uint32_t head = 0; head < model.heads; ++head) {
    const bool on = !head_is_off(model, head);
    if (on && !before) active.runs[active.count++] = {head * model.head_size, 0};
    if (on) active.runs[active.count - 1].count += model.head_size;
    before = on;
  }
  return active;
}

/// What a head can see: keys whose distance from the query, or whose position, lies in `span`.
struct HeadReach {
  SpanIndex index;
  Extent span;
};

/// From the first mask code that is not zero to the last one; the codes' zero is 0x00 or 0x80. {0, 1} if all
/// are zero: a command has at least one key.
/// @param count  of the codes, at least 1
constexpr Extent span_of(const uint8_t* codes, uint32_t count) {
  const auto is_zero = [codes](uint32_t t) { return (codes[t] & 0x7f) == 0; };
  uint32_t first = 0, end = count;
  while (end > 1 && is_zero(end - 1)) --end;
  while (first + 1 < end && is_zero(first)) ++first;
  return {first, end - first};
}

/// The keys that any of the query rows can reach. Ends are moved outwards to multiples of the bus width. At
/// least one key, even if none is in reach.
/// @param tokens  keys there are
constexpr Extent keys_in_reach(const Extent& rows, const HeadReach& reach, uint32_t tokens) {
  const Extent& span = reach.span;
  uint32_t first = span.first, end = span.end();
  if (reach.index == SpanIndex::distance) {
    const uint32_t farthest = span.end() - 1;
    first = rows.first < farthest ? 0 : rows.first - farthest;
    end = rows.end() + farthest;
  }
  first = round_down(minimum(first, tokens - 1), row_alignment);
  return {first, minimum(aligned(end), tokens) - first};
}

}  // namespace edgebert::firmware
