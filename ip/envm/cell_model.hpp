// SPDX-License-Identifier: Apache-2.0
// ReRAM cells that hold one, two or three bits: their levels, how often a level is read as its neighbour, and
// what a macro of them takes. SystemC-free.
//
//   levels    each a normal distribution of the normalised conductance; mean and deviation of each level from
//             NVMExplorer (mlc_rram_args.p)
//   reading   against one threshold between neighbours, where their densities are equal
//   error     P(down) = erfc((mean - threshold below) / (deviation sqrt 2)) / 2, P(up) likewise; the rule of
//             NVMExplorer's injector. Mean a cell, all levels alike: 1-bit 0, 2-bit 7.9e-9, 3-bit 3.8e-3
// Not modelled: drift, read disturb, endurance, programming errors, a level read as one that is not its
// neighbour.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace edgebert::reram {

enum class CellKind { slc, mlc2, mlc3 };

/// Which bits a level stands for. binary: the level's number, as NVMExplorer's injector has it; gray: one bit
/// between neighbours.
enum class LevelCoding { binary, gray };

/// What protects a 64-bit word.
enum class Ecc { none, secded };

constexpr const char* name_of(CellKind kind) {
  return kind == CellKind::slc ? "slc" : kind == CellKind::mlc2 ? "mlc2" : "mlc3";
}
constexpr unsigned bits_of(CellKind kind) {
  return static_cast<unsigned>(kind) + 1;
}
constexpr unsigned levels_of(CellKind kind) {
  return 1u << bits_of(kind);
}

inline constexpr unsigned most_levels = 8;

struct Level {
  double mean;
  double deviation;
};

/// The levels of a cell, lowest first.
std::span<const Level> distributions_of(CellKind kind);

/// Where a level is told from the next higher one.
/// @param lower  0 to levels_of(kind) - 2
double read_threshold(CellKind kind, unsigned lower);

/// Probabilities of reading a level as the one below or above; 0 where there is none.
struct LevelError {
  double down;
  double up;
};
LevelError level_error(CellKind kind, unsigned level);

/// The probability that a cell is read wrongly if all levels are equally frequent.
double mean_cell_error(CellKind kind);

/// How far a figure can be trusted: seen in a public source, recalled from the paper without having it at
/// hand, or assumed here.
enum class Confidence { seen, recalled, assumed };

struct Figure {
  double value;
  Confidence confidence;
  const char* source;
};

struct CellFigures {
  Figure area;          ///< mm2 for 1 MiB of stored bits, periphery included
  Figure read_latency;  ///< ns, of a 64-bit word
  Figure read_energy;   ///< pJ, of a 64-bit word
};

constexpr CellFigures figures_of(CellKind kind) {
  constexpr const char* paper = "EdgeBERT, MICRO 2021, table of ReRAM cells";
  constexpr const char* ladder = "1-bit energy x comparisons (levels - 1) / bits of a cell";
  constexpr double slc_energy = 6.18;
  switch (kind) {
    case CellKind::mlc2:
      return {{0.08, Confidence::recalled, paper},
              {1.54, Confidence::recalled, paper},
              {slc_energy * 3 / 2, Confidence::assumed, ladder}};
    case CellKind::mlc3:
      return {{0.04, Confidence::recalled, paper},
              {2.96, Confidence::recalled, paper},
              {slc_energy * 7 / 3, Confidence::assumed, ladder}};
    case CellKind::slc:
      break;
  }
  return {{0.28, Confidence::recalled, paper},
          {1.21, Confidence::recalled, paper},
          {slc_energy, Confidence::seen, "NVMExplorer, 2 MB RRAM at 22 nm, least read energy-delay product"}};
}

/// The slower of two kinds, in whole cycles of the macro's clock: it answers at a clock edge. ns.
inline double read_latency_ns(CellKind a, CellKind b, double clock_hz) {
  const double cell = std::max(figures_of(a).read_latency.value, figures_of(b).read_latency.value);
  return std::ceil(cell * clock_hz / 1e9) * 1e9 / clock_hz;
}

}  // namespace edgebert::reram
