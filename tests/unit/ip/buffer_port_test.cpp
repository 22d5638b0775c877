// SPDX-License-Identifier: Apache-2.0
// What a buffer's single port costs whoever comes second. Expected values worked out by hand from the rule:
// accesses are spread evenly, and the loser waits for each of the winner's that falls on one of its own.
#include "ip/common/buffer_port.hpp"

#include "tests/test.hpp"

using edgebert::Cycles;
using edgebert::port_conflict;
using edgebert::PortDemand;

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

TEST_CASE("buffer port: cycles of the largest commands do not overflow") {
  const PortDemand huge{Cycles{1} << 40, Cycles{1} << 40};
  CHECK(port_conflict(huge, huge) == Cycles{1} << 40);
}
