// SPDX-License-Identifier: Apache-2.0
// How long the special function units take, from start to interrupt. v = vectors of n elements a row, t =
// rows.
//
//                    serial (inside the published top level)   overlapped (the same units on an immediate
//                    memory)
//   softmax          t (58 v + 1) + 9                           t (13 v + 1) + 2
//   layernorm        t (47 v + 2) + 8                           t (13 v + 2) + 2
//   element-wise add t (36 v + 2) + 7                           t ( 8 v + 1) + 2
//   early exit       34 v + 10                                  6 v + 4
// Both columns are exact fits to cycles measured on the published SystemC model; at v = 1 it takes t - 1 more
// for softmax and layernorm inside the top level (not modelled). Our additions, since the published units
// know neither: each wide (32-bit) vector that is read or written takes 3 more port cycles; the add in front
// of layernorm reads its second operand with the first, 17 (serial) or 3 (overlapped) cycles a vector and
// pass. The published units' HLS initiation intervals are not modelled.
#pragma once
#include "ip/common/timing.hpp"

namespace edgebert::sfu {

inline constexpr Cycles wide_penalty = 3;

struct RowShape {
  std::uint32_t rows;
  std::uint32_t elements;  ///< of a row
  std::uint32_t lanes;     ///< n
  constexpr std::uint64_t vectors() const { return ceil_divide(elements, lanes); }
};

constexpr bool serial(TimingPreset preset) {
  return preset == TimingPreset::serial;
}

/// What a row of a single vector costs in front of the next one, inside the published top level.
constexpr Cycles single_vector_cycles(const RowShape& s, TimingPreset preset) {
  return serial(preset) && s.vectors() == 1 ? s.rows - 1 : 0;
}

/// Three passes over the scores. @param wide_scores  as ours are; the published unit reads AdaptivFloat
constexpr Cycles softmax_cycles(const RowShape& s, bool wide_scores, TimingPreset preset) {
  const Cycles per_vector = (serial(preset) ? 58 : 13) + (wide_scores ? 3 * wide_penalty : 0);
  return s.rows * (per_vector * s.vectors() + 1) + single_vector_cycles(s, preset) + (serial(preset) ? 9 : 2);
}

/// Two passes over each operand. @param wide_operands  how many of them are wide
constexpr Cycles layernorm_cycles(const RowShape& s, bool adds, unsigned wide_operands, TimingPreset preset) {
  const Cycles second = adds ? 2 * (serial(preset) ? 17 : 3) : 0;
  const Cycles per_vector = (serial(preset) ? 47 : 13) + second + 2 * wide_operands * wide_penalty;
  return s.rows * (per_vector * s.vectors() + 2) + single_vector_cycles(s, preset) + (serial(preset) ? 8 : 2);
}

/// @param wide_operands  operands and result that are wide
constexpr Cycles element_add_cycles(const RowShape& s, unsigned wide_operands, TimingPreset preset) {
  const Cycles per_vector = (serial(preset) ? 36 : 8) + wide_operands * wide_penalty;
  return s.rows * (per_vector * s.vectors() + (serial(preset) ? 2 : 1)) + (serial(preset) ? 7 : 2);
}

/// Two passes over the logits. @param wide_logits  as ours are; the published unit reads AdaptivFloat
constexpr Cycles early_exit_cycles(std::uint32_t classes, std::uint32_t lanes, bool wide_logits,
                                   TimingPreset preset) {
  const Cycles per_vector = (serial(preset) ? 34 : 6) + (wide_logits ? 2 * wide_penalty : 0);
  return per_vector * ceil_divide(classes, lanes) + (serial(preset) ? 10 : 4);
}

}  // namespace edgebert::sfu
