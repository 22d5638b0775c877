// SPDX-License-Identifier: Apache-2.0
// Commands by operator, to the cycle, however they overlap.
#include "platform/operator_table.hpp"

#include "tests/test.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;

namespace {

/// Not a global: the first time that is made fixes SystemC's resolution.
const ClockDomain& clock_domain() {
  return bench().accelerator_clock;
}

sc_core::sc_time at(std::uint64_t cycle) {
  return clock_domain().time(cycle);
}

struct Observed {
  Command command;
  Completion completion;
};

Observed transfer(Operator op, std::uint64_t start, std::uint64_t end) {
  return {{unit::Kind::dma, 1, op, at(start)},
          {at(end), end - start - 2, {.bus = 1, .memory = 1}, {.bytes_loaded = 64}}};
}

Observed multiplication(Operator op, std::uint64_t start, std::uint64_t end) {
  return {{unit::Kind::processing_unit, 1, op, at(start)},
          {at(end), end - start - 3, {.port = 3}, {.macs = 1000}}};
}

}  // namespace

TEST_CASE("operator table: overlapping commands of an operator count once, gaps go to the next command") {
  OperatorTable table(2, clock_domain());
  table.restart(at(0));
  const Observed first = transfer(Operator::query, 10, 20);
  const Observed second = multiplication(Operator::query, 15, 40);
  const Observed ahead = transfer(Operator::key, 25, 30);
  const Observed last = multiplication(Operator::key, 50, 60);
  table.begin(first.command);
  table.begin(second.command);
  table.end(first.command, first.completion);
  table.begin(ahead.command);
  table.end(ahead.command, ahead.completion);
  table.end(second.command, second.completion);
  table.begin(last.command);
  table.end(last.command, last.completion);

  const auto reports = table.report(at(70));
  REQUIRE(reports.size() == 2);
  const OperatorReport& query = reports[0];
  CHECK(query.layer == 1);
  CHECK(query.op == Operator::query);
  CHECK(query.commands == 2);
  CHECK(query.cycles == 30);
  CHECK(query.firmware_cycles == 10);
  CHECK(query.transfer_cycles == 10);
  CHECK(query.processing_unit_cycles == 22);
  CHECK(query.port_stall_cycles == 3);
  CHECK(query.macs == 1000);
  CHECK(query.bytes_loaded == 64);
  CHECK(reports[1].op == Operator::key);
  CHECK(reports[1].cycles == 15);
  CHECK(reports[1].firmware_cycles == 10);
}

TEST_CASE("operator table: a command at work is counted up to now, and goes on after a restart") {
  OperatorTable table(2, clock_domain());
  const Observed across = multiplication(Operator::scores, 10, 40);
  table.begin(across.command);
  REQUIRE(table.report(at(25)).size() == 1);
  CHECK(table.report(at(25))[0].cycles == 15);
  table.restart(at(30));
  table.end(across.command, across.completion);
  CHECK(table.report(at(40))[0].cycles == 10);
  CHECK(table.report(at(40))[0].firmware_cycles == 0);
  table.restart(at(40));
  CHECK(table.report(at(50)).empty());
}

TEST_CASE("operator table: a TAG the model does not have is no operator, and its work is not lost") {
  OperatorTable table(2, clock_domain());
  for (const Command& command : {Command{unit::Kind::dma, 3, Operator::query, at(1)},
                                 Command{unit::Kind::dma, 1, static_cast<Operator>(operator_count), at(1)}}) {
    table.begin(command);
    table.end(command, {at(5), 4, {}, {.bytes_stored = 8}});
  }
  const auto reports = table.report(at(10));
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].op == Operator::none);
  CHECK(reports[0].bytes_stored == 16);
}

TEST_CASE("clock domain: long times stay exact") {
  bench();
  const ClockDomain odd(717e6);
  const std::uint64_t cycles = (std::uint64_t{1} << 33) + 1;
  CHECK(odd.time(cycles).value() == odd.period().value() * cycles);
  CHECK(odd.time(cycles) - odd.time(cycles - 1) == odd.period());
  CHECK(odd.cycles(odd.time(cycles)) == cycles);
}
