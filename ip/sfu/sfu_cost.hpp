// SPDX-License-Identifier: Apache-2.0
// How long the special function units take, from start to interrupt. v = vectors of n elements a row, t =
// rows; every unit costs t (v vector + row) + command, where a vector that is read from a data buffer costs
// data_read more than on a memory that answers at once, and one from the auxiliary buffer auxiliary_read.
//
//                    serial (inside the published top level)   overlapped (the same units on an immediate
//                    memory)
//   softmax          t (58 v + 1) + 9                           t (13 v + 1) + 2
//   layernorm        t (47 v + 2) + 8                           t (13 v + 2) + 2
//   element-wise add t (36 v + 2) + 7                           t ( 8 v + 1) + 2
//   early exit       34 v + 10                                  6 v + 4
//   DVFS lookup      12                                         (not measured alone)
// Both columns are exact fits to every row measured on the published SystemC model
// (tests/data/cmodel/cycles_topaccel.csv, cycles_units_standalone.csv), which do not depend on n; at v = 1
// softmax and layernorm take t - 1 more inside the top level. 58 = 13 + 3 * 14 + 3, 47 = 13 + 2 * 14 + 2 * 3,
// 36 = 8 + 2 * 14, 34 = 6 + 2 * 14: one round trip of 14 cycles a data vector, 3 an auxiliary one. Our
// additions, since the published units know neither: each wide (32-bit) vector that is read or written takes
// 3 more port cycles; the add in front of layernorm reads its second operand with the first, 3 cycles and a
// round trip a vector and pass. An exit prediction streams its table once, a row after the other: 1 cycle a
// vector, and what an auxiliary vector of 32-bit words costs more (ours; the published design has the table,
// its code does not). The published units' HLS initiation intervals are not modelled.
#pragma once
#include "ip/common/timing.hpp"

namespace edgebert::sfu {

/// Cycles of one unit on a memory that answers at once.
struct UnitCosts {
  Cycles vector;   ///< a vector, all passes over it
  Cycles row;      ///< a row
  Cycles command;  ///< a command
};

/// Constants of the formulas; in a configuration, timing.sfu.*.
struct Costs {
  Cycles data_read;          ///< a vector read from a data buffer: mask, decoder, data and back
  Cycles auxiliary_read;     ///< a vector read from the auxiliary buffer
  Cycles single_vector_row;  ///< a row after the first, of a single vector; softmax and layernorm
  Cycles wide_vector;        ///< a vector of 32-bit words, read or written once, more than one of codes
  Cycles second_operand;     ///< a vector of layernorm's second operand, each pass
  UnitCosts softmax;
  UnitCosts layernorm;
  UnitCosts element_add;
  UnitCosts early_exit;
  Cycles dvfs_lookup;  ///< from start to interrupt, where voltage and clock stay as they are
};

constexpr Costs costs_of(TimingPreset preset) {
  const bool serial = preset == TimingPreset::serial;
  return {.data_read = serial ? 14u : 0u,
          .auxiliary_read = serial ? 3u : 0u,
          .single_vector_row = serial ? 1u : 0u,
          .wide_vector = 3,
          .second_operand = 3,
          .softmax = {13, 1, serial ? 9u : 2u},
          .layernorm = {13, 2, serial ? 8u : 2u},
          .element_add = {8, serial ? 2u : 1u, serial ? 7u : 2u},
          .early_exit = {6, 0, serial ? 10u : 4u},
          .dvfs_lookup = 12};
}

struct RowShape {
  std::uint32_t rows;
  std::uint32_t elements;  ///< of a row
  std::uint32_t lanes;     ///< n
  constexpr std::uint64_t vectors() const { return ceil_divide(elements, lanes); }
};

constexpr Cycles unit_cycles(const RowShape& s, const UnitCosts& unit, Cycles more_a_vector) {
  return s.rows * ((unit.vector + more_a_vector) * s.vectors() + unit.row) + unit.command;
}

/// What rows of a single vector cost in front of one another, inside the published top level.
constexpr Cycles single_vector_cycles(const RowShape& s, const Costs& costs) {
  return s.vectors() == 1 ? (s.rows - 1) * costs.single_vector_row : 0;
}

/// Three passes over the scores, one over the span mask.
/// @param wide_scores  as ours are; the published unit reads AdaptivFloat
constexpr Cycles softmax_cycles(const RowShape& s, bool wide_scores, const Costs& costs) {
  const Cycles score = costs.data_read + (wide_scores ? costs.wide_vector : 0);
  return unit_cycles(s, costs.softmax, 3 * score + costs.auxiliary_read) + single_vector_cycles(s, costs);
}

/// Two passes over each operand, one over gamma and over beta. @param wide_operands  how many of them are
/// wide
constexpr Cycles layernorm_cycles(const RowShape& s, bool adds, unsigned wide_operands, const Costs& costs) {
  const Cycles second = adds ? costs.second_operand + costs.data_read : 0;
  const Cycles a_pass = costs.data_read + second + wide_operands * costs.wide_vector;
  return unit_cycles(s, costs.layernorm, 2 * a_pass + 2 * costs.auxiliary_read) +
         single_vector_cycles(s, costs);
}

/// @param wide_operands  operands and result that are wide
constexpr Cycles element_add_cycles(const RowShape& s, unsigned wide_operands, const Costs& costs) {
  return unit_cycles(s, costs.element_add, 2 * costs.data_read + wide_operands * costs.wide_vector);
}

/// Two passes over the logits. @param wide_logits  as ours are; the published unit reads AdaptivFloat
constexpr Cycles early_exit_cycles(std::uint32_t classes, std::uint32_t lanes, bool wide_logits,
                                   const Costs& costs) {
  const Cycles logit = costs.data_read + (wide_logits ? costs.wide_vector : 0);
  return unit_cycles({1, classes, lanes}, costs.early_exit, 2 * logit);
}

/// One pass over the rows of the exit-prediction table. @param columns  words of a row behind its first
constexpr Cycles prediction_cycles(std::uint32_t rows, std::uint32_t columns, std::uint32_t lanes,
                                   const Costs& costs) {
  const Cycles vector = 1 + costs.auxiliary_read + costs.wide_vector;
  return rows * ceil_divide(std::uint64_t{columns} + 1, lanes) * vector + costs.early_exit.command;
}

}  // namespace edgebert::sfu
