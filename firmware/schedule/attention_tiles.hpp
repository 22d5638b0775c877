// SPDX-License-Identifier: Apache-2.0
// The tiles of attention, in order: query rows of one head after the other.
#pragma once
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// Some query rows of a head.
struct AttentionTile {
  uint32_t head;
  Extent rows;
  Extent keys;         ///< computed: the rows' reach
  Extent loaded_keys;  ///< in data buffer 0, and values: the head's reach, where all of them fit
  uint32_t area;       ///< of scores, weights and row scales
  uint32_t span_slot;  ///< of the head's mask codes
};

/// The tiles of all heads that are not off.
class AttentionTiles {
 public:
  explicit AttentionTiles(const Sentence& sentence)
      : machine_(sentence.machine),
        plan_(sentence.plans.attention),
        head_rows_(sentence.plans.head_rows),
        rows_(sentence.rows) {
    skip_heads_off();
  }

  bool exists() const { return head_ < machine_.model.heads; }

  AttentionTile current() const {
    const Extent rows{first_row_, minimum(head_rows_[head_], rows_ - first_row_)};
    const Extent keys = reach_of(rows);
    return {.head = head_,
            .rows = rows,
            .keys = keys,
            .loaded_keys = plan_.values_beside_keys ? reach_of({0, rows_}) : keys,
            .area = plan_.overlapped ? number_ % 2 : 0,
            .span_slot = plan_.overlapped ? heads_ % 2 : 0};
  }

  void advance() {
    ++number_;
    first_row_ += head_rows_[head_];
    if (first_row_ < rows_) return;
    first_row_ = 0;
    ++head_;
    ++heads_;
    skip_heads_off();
  }

 private:
  void skip_heads_off() {
    while (exists() && head_is_off(machine_.model, head_)) ++head_;
  }

  Extent reach_of(const Extent& rows) const { return keys_in_reach(rows, machine_.reach[head_], rows_); }

  const Machine& machine_;
  const AttentionPlan& plan_;
  const uint32_t* head_rows_;
  const uint32_t rows_;
  uint32_t head_ = 0, first_row_ = 0;
  uint32_t number_ = 0, heads_ = 0;  ///< tiles, and heads computed, before this one
};

}  // namespace edgebert::firmware
