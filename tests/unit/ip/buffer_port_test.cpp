// SPDX-License-Identifier: Apache-2.0
// What a buffer's single port costs whoever comes second. Expected values worked out by hand from the rule:
// accesses are spread evenly, and the loser waits for each of the winner's that falls on one of its own.
#include "ip/common/buffer_port.hpp"

#include <array>
#include <cstddef>
#include <random>

#include "tests/test.hpp"

using edgebert::Cycles;
using edgebert::port_conflict;
using edgebert::PortDemand;

namespace {

/// Cycle by cycle: one access a cycle, the first of the users comes first; whoever finds the port taken
/// waits.
/// @return each user's cycles
std::array<Cycles, 3> arbitrate(const std::array<PortDemand, 3>& users) {
  std::array<Cycles, 3> done{}, end{};
  for (Cycles now = 1; end[0] == 0 || end[1] == 0 || end[2] == 0; ++now) {
    bool taken = false;
    for (std::size_t i = 0; i < users.size(); ++i) {
      const auto& [cycles, accesses] = users[i];
      if (end[i] != 0) continue;
      const bool wants = (done[i] + 1) * accesses / cycles > done[i] * accesses / cycles;
      if (wants && taken) continue;
      taken |= wants;
      if (++done[i] == cycles) end[i] = now;
    }
  }
  return end;
}

}  // namespace

TEST_CASE("buffer port: a loser that outlasts the winner waits for each access that meets one of its own") {
  // A product uses its port every cycle: a transfer of 100 beats costs it 100 cycles, however long they take.
  CHECK(port_conflict({400, 100}, {1000, 1000}) == 100);
  CHECK(port_conflict({100, 100}, {1000, 1000}) == 100);
  // A unit that uses the port every fourth cycle meets every fourth beat.
  CHECK(port_conflict({400, 100}, {1000, 250}) == 25);
  CHECK(port_conflict({400, 101}, {1000, 250}) == 26);  // rounded up
}

TEST_CASE("buffer port: a loser that ends first meets only what falls into its own, stretched, time") {
  // s = (C + s) * W / D with u = 1: 100 = (300 + 100) * 100 / 400 would just outlast; shorter ones meet less.
  CHECK(port_conflict({400, 100}, {300, 300}) == 100);
  CHECK(port_conflict({400, 100}, {150, 150}) == 50);
  CHECK(port_conflict({400, 200}, {100, 100}) == 100);
  CHECK(port_conflict({400, 100}, {150, 75}) == 22);  // (150 + s) / 8 = s, rounded up
}

TEST_CASE("buffer port: nothing is lost to nobody, and never more than the winner's accesses") {
  CHECK(port_conflict({0, 0}, {100, 100}) == 0);
  CHECK(port_conflict({100, 0}, {100, 100}) == 0);
  CHECK(port_conflict({100, 100}, {0, 0}) == 0);
  CHECK(port_conflict({100, 100}, {100, 0}) == 0);
  for (Cycles winner = 1; winner < 60; winner += 7) {
    for (Cycles uses = 0; uses <= winner; uses += 3) {
      for (Cycles loser = 1; loser < 60; loser += 7) {
        for (Cycles wants = 0; wants <= loser; wants += 3) {
          const Cycles lost = port_conflict({winner, uses}, {loser, wants});
          CHECK(lost <= uses);
          // A busier winner never costs less.
          if (uses < winner) CHECK(port_conflict({winner, uses + 1}, {loser, wants}) >= lost);
        }
      }
    }
  }
}

TEST_CASE("buffer port: three users, pair by pair, are close to a count cycle by cycle") {
  std::mt19937 random(1);
  const auto between = [&](Cycles least, Cycles most) { return least + random() % (most - least + 1); };
  const auto demand = [&](Cycles least_percent, Cycles most_percent) {
    const Cycles cycles = between(200, 3000);
    return PortDemand{cycles, cycles * between(least_percent, most_percent) / 100};
  };
  constexpr unsigned triples = 1000;
  double sum_of_errors = 0;
  unsigned far_too_early = 0;
  for (unsigned i = 0; i < triples; ++i) {
    const PortDemand transfer = demand(20, 50), softmax = demand(10, 60), product = demand(50, 100);
    // As they enter: the product meets softmax, then the transfer meets both.
    const Cycles to_softmax = port_conflict(softmax, product);
    const PortDemand slowed{product.cycles + to_softmax, product.port_cycles};
    const Cycles to_transfer = port_conflict(transfer, slowed);
    CHECK(to_softmax + to_transfer <= softmax.port_cycles + transfer.port_cycles);
    const double ours = static_cast<double>(slowed.cycles + to_transfer);
    const double exact = static_cast<double>(arbitrate({transfer, softmax, product})[2]);
    sum_of_errors += ours / exact - 1;
    CHECK(ours < 1.2 * exact);
    CHECK(ours > 0.3 * exact);  // the two winners can leave a short product next to nothing
    far_too_early += ours < 0.7 * exact ? 1 : 0;
  }
  const double mean = sum_of_errors / triples;
  INFO("mean error " << mean);
  CHECK(mean > -0.10);
  CHECK(mean < 0);
  CHECK(far_too_early <= triples / 20);
}

TEST_CASE("buffer port: cycles of the largest commands do not overflow") {
  const PortDemand huge{Cycles{1} << 40, Cycles{1} << 40};
  CHECK(port_conflict(huge, huge) == Cycles{1} << 40);
}
