// SPDX-License-Identifier: Apache-2.0
// The single port of a data buffer. Units that use it at the same time take cycles from each other: the DMA
// comes first, then whoever began first; the other one waits and its completion moves later.
//
// Expected values, one formula a pair of commands: both spread their accesses evenly over their cycles, so
// while they overlap, the loser finds the port taken whenever both want it. Not modelled: which cycle it is;
// mask buffers, one access where the data buffer has eight or more. Three users at a time: pairs are added
// up. Each costs the loser at most the other's accesses, so nothing is counted twice beyond them; but a short
// loser's longer wait for one is not seen by the other: against a count cycle by cycle, its end comes 8 % too
// early on average of random triples, 5 % in the middle one, by more than 30 % in one of 20
// (buffer_port_test.cpp). Cycles lost where three meet are 1.1 % of all in ALBERT-base at n = 16, 1.4 % at n
// = 8, at most 2.1 % in the shipped model. The published model arbitrates one request a cycle and memory
// (facts of its ArbitratedScratchpad); priorities are ours.
#pragma once
#include <array>

#include "ip/common/timing.hpp"

namespace edgebert {

class Unit;

/// What is left of a command: its cycles, and in how many of them it uses the port.
struct PortDemand {
  Cycles cycles;
  Cycles port_cycles;
};

/// Cycles by which the loser's command becomes longer.
constexpr Cycles port_conflict(const PortDemand& winner, const PortDemand& loser) {
  if (loser.cycles == 0 || winner.cycles == 0) return 0;
  using Wide = unsigned __int128;
  const auto divide_up = [](Wide a, Wide b) { return static_cast<Cycles>((a + b - 1) / b); };
  // All the winner's accesses meet the loser's, if the loser outlasts it.
  const Wide met = Wide{winner.port_cycles} * loser.port_cycles;
  const Cycles all = divide_up(met, loser.cycles);
  if (loser.cycles + all >= winner.cycles) return all;
  // Otherwise those until the loser, slowed down, is through: s = (C + s) / D * W * P / C.
  const Wide spread = Wide{winner.cycles} * loser.cycles;
  return divide_up(met * loser.cycles, spread - met);
}

class BufferPort {
 public:
  static constexpr std::size_t users_max = 6;  ///< six units touch data buffers

  /// A unit's command begins to use the port. @param cycles  the command's  @param port_cycles  at most
  /// `cycles`
  void enter(Unit& unit, bool comes_first, Cycles cycles, Cycles port_cycles);
  void leave(const Unit& unit);

 private:
  struct User {
    Unit* unit = nullptr;
    bool comes_first = false;
    Cycles cycles = 0;  ///< with what it has lost so far
    Cycles port_cycles = 0;
    PortDemand left(const Unit& starting) const;
  };
  std::array<User, users_max> users_;
};

}  // namespace edgebert
