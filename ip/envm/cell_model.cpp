// SPDX-License-Identifier: Apache-2.0
#include "ip/envm/cell_model.hpp"

#include <numbers>

namespace edgebert::reram {
namespace {

constexpr Level one_bit[] = {{0, .00865}, {1, .0034}};
constexpr Level two_bits[] = {{0, .00865}, {.38464, .03351}, {.72166, .02742}, {1, .0034}};
constexpr Level three_bits[] = {{0, .00865},      {.07826, .01346}, {.20382, .03042}, {.38464, .03351},
                                {.54212, .02483}, {.72166, .02742}, {.88612, .03719}, {1, .0034}};

/// The probability that a normal variable is more than this many deviations above its mean.
double upper_tail(double deviations) {
  return std::erfc(deviations / std::numbers::sqrt2) / 2;
}

}  // namespace

std::span<const Level> distributions_of(CellKind kind) {
  switch (kind) {
    case CellKind::mlc2:
      return two_bits;
    case CellKind::mlc3:
      return three_bits;
    case CellKind::slc:
      break;
  }
  return one_bit;
}

double read_threshold(CellKind kind, unsigned lower) {
  const Level a = distributions_of(kind)[lower];
  const Level b = distributions_of(kind)[lower + 1];
  const double wa = 1 / (a.deviation * a.deviation);
  const double wb = 1 / (b.deviation * b.deviation);
  if (wa == wb) return (a.mean + b.mean) / 2;
  // Equal densities: a quadratic with one root between the means.
  const double half = a.mean * wa - b.mean * wb;
  const double constant =
      a.mean * a.mean * wa - b.mean * b.mean * wb + 2 * std::log(a.deviation / b.deviation);
  const double root = std::sqrt(half * half - (wa - wb) * constant);
  const double first = (half + root) / (wa - wb);
  return first > a.mean && first < b.mean ? first : (half - root) / (wa - wb);
}

LevelError level_error(CellKind kind, unsigned level) {
  const Level own = distributions_of(kind)[level];
  const auto beyond = [&](unsigned lower) {
    return upper_tail(std::abs(read_threshold(kind, lower) - own.mean) / own.deviation);
  };
  return {level == 0 ? 0 : beyond(level - 1), level + 1 == levels_of(kind) ? 0 : beyond(level)};
}

double mean_cell_error(CellKind kind) {
  double sum = 0;
  for (unsigned level = 0; level < levels_of(kind); ++level) {
    const LevelError error = level_error(kind, level);
    sum += error.down + error.up;
  }
  return sum / levels_of(kind);
}

}  // namespace edgebert::reram
