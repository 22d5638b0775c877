// SPDX-License-Identifier: Apache-2.0
// Ledgers computed by hand; the trace's integral; sums of sentences.
#include "contract/error.hpp"
#include "platform/energy/energy_ledger.hpp"
#include "platform/energy/soc_size.hpp"
#include "tests/test.hpp"
#include "tests/unit/energy/small_table.hpp"

using namespace edgebert;
using namespace edgebert::energy;

namespace {

constexpr double picojoule = 1e-12;

const EnergyTable& table() {
  static const EnergyTable table = EnergyTable::parse(
      test::small_table_text("processing_unit.mac: {points: [{voltage: 0.5 V, value: 0.5}, {voltage: 1 V, "
                             "value: 3}], measure: pJ, kind: measured, source: made up}"),
      "small.yaml");
  return table;
}

/// Two layers, two voltages, an idle millisecond.
void fill(EnergyLedger& ledger) {
  ledger.add(1, Action::processing_unit_mac, 1000, 1.0);   // 3000 pJ
  ledger.add(1, Action::dma_byte, 64, 1.0);                // 64 pJ
  ledger.add_time(1, Domain::core, State::on, 2e-6, 1.0);  // 1 mW: 2000 pJ
  ledger.end_segment(0, 2e-6, 1, 1.0);
  ledger.add(2, Action::processing_unit_mac, 1000, 0.5);          // 500 pJ
  ledger.add(2, Action::system_sram_read_byte, 10, 0.5);          // 10 pJ: keeps its voltage
  ledger.add(1, Action::dma_byte, 4, 0.5);                        // 1 pJ, a command of layer 1 that ends late
  ledger.add_time(2, Domain::accelerator, State::on, 1e-6, 0.5);  // 1 mW / 8: 125 pJ
  ledger.end_segment(2e-6, 3e-6, 2, 0.5);
  ledger.add_time(ledger.idle_layer(), Domain::core, State::clock_gated, 1e-3, 0.5);  // 1e6 pJ
  ledger.end_segment(3e-6, 1.003e-3, ledger.idle_layer(), 0.5);
}

}  // namespace

TEST_CASE("energy ledger: rows, sums by unit, layer, domain and kind are those computed by hand") {
  EnergyLedger ledger(table(), {}, 2);
  fill(ledger);
  const EnergyReport report = ledger.report();
  CHECK(report.total().dynamic == Approx(3575 * picojoule).epsilon(1e-12));
  CHECK(report.total().leakage == Approx(1'002'125 * picojoule).epsilon(1e-12));
  CHECK(report.idle().total() == Approx(1e6 * picojoule).epsilon(1e-12));
  const auto layer = [&](std::uint32_t which) {
    return report.sum([which](const EnergyRow& row) { return row.layer == which; }).total();
  };
  CHECK(layer(0) == 0);
  CHECK(layer(1) == Approx(5065 * picojoule).epsilon(1e-12));
  CHECK(layer(2) == Approx(635 * picojoule).epsilon(1e-12));
  const auto units = report.by_unit();
  REQUIRE(units.size() == 5);
  CHECK(units[0].first == "processing_unit");
  CHECK(units[0].second.dynamic == Approx(3500 * picojoule).epsilon(1e-12));
  CHECK(units[1].first == "dma");
  CHECK(units[1].second.dynamic == Approx(65 * picojoule).epsilon(1e-12));
  const auto domains = report.by_domain();
  CHECK(domains[static_cast<std::size_t>(Domain::accelerator)].total() ==
        Approx(3690 * picojoule).epsilon(1e-12));
  CHECK(domains[static_cast<std::size_t>(Domain::system_sram)].total() ==
        Approx(10 * picojoule).epsilon(1e-12));
  const auto kinds = report.by_kind(table());
  CHECK(kinds[static_cast<std::size_t>(Kind::measured)] == Approx(3500 * picojoule).epsilon(1e-12));
  CHECK(kinds[static_cast<std::size_t>(Kind::assumed)] == Approx(1'002'200 * picojoule).epsilon(1e-12));
  // V^2 from 3 pJ at 1 V makes 750 of the MACs at 0.5 V, where 500 are measured; of the leakage at 0.5 V
  // 250 instead of 125.
  CHECK(report.square_law_joules() == Approx((1'005'700 + 250 + 125) * picojoule).epsilon(1e-12));
}

TEST_CASE("energy ledger: the trace's integral is the total") {
  EnergyLedger ledger(table(), {}, 2);
  fill(ledger);
  const EnergyReport report = ledger.report();
  REQUIRE(report.trace.size() == 3);
  CHECK(report.trace[0].total() == Approx(5064 * picojoule).epsilon(1e-12));
  CHECK(report.trace[1].total() == Approx(636 * picojoule).epsilon(1e-12));
  CHECK(report.trace[1].layer == 2);
  double sum = 0;
  for (const PowerSegment& segment : report.trace) sum += segment.total();
  CHECK(sum == Approx(report.total().total()).epsilon(1e-12));
  CHECK_NOTHROW(check_trace(report));
}

TEST_CASE("energy ledger: a trace that is 1e-8 off is refused") {
  EnergyLedger ledger(table(), {}, 2);
  fill(ledger);
  EnergyReport report = ledger.report();
  report.trace[2].joules[0] += 1e-8 * report.total().total();
  CHECK_THROWS_AS(check_trace(report), Error);
}

TEST_CASE("energy ledger: restart forgets, and what is of no layer of the model is booked as idle") {
  EnergyLedger ledger(table(), {}, 2);
  fill(ledger);
  ledger.restart();
  CHECK(ledger.report().rows.empty());
  CHECK(ledger.report().trace.empty());
  ledger.add(200, Action::dma_byte, 7, 1.0);
  CHECK(ledger.report().idle().dynamic == Approx(7 * picojoule).epsilon(1e-12));
}

TEST_CASE("energy ledger: a sum of sentences is the sum of their rows") {
  EnergyLedger ledger(table(), {}, 2);
  fill(ledger);
  const EnergyReport one = ledger.report();
  EnergyReport two;
  two += one;
  two += one;
  CHECK(two.rows.size() == one.rows.size());
  CHECK(two.total().total() == Approx(2 * one.total().total()).epsilon(1e-12));
  CHECK(two.idle().total() == Approx(2 * one.idle().total()).epsilon(1e-12));
  CHECK(two.trace.empty());
}

TEST_CASE("energy ledger: a voltage outside a row's points is refused when something is booked at it") {
  EnergyLedger ledger(table(), {}, 2);
  CHECK_THROWS_AS(ledger.add(1, Action::dma_byte, 1, 0.4), Error);
}

TEST_CASE("energy ledger: a regulator costs what it draws beyond what it delivers, in ledger and trace") {
  SocConfig config;
  config.dvfs.ldo.efficiency = 0.8;
  config.dvfs.adpll.power = 2e-3;
  const auto lost = [&](double input_voltage) {
    config.dvfs.ldo.input_voltage = input_voltage;
    const EnergyTable configured = with_dvfs_rows(table(), config);
    EnergyLedger ledger(configured, {}, 2);
    fill(ledger);
    const EnergyReport report = ledger.report();
    CHECK_NOTHROW(check_trace(report));
    double by_kind = 0;
    for (const double joules : report.by_kind(configured)) by_kind += joules;
    CHECK(by_kind == Approx(report.total().total()).epsilon(1e-12));
    return report.total().total() - 1'005'700 * picojoule;
  };
  // Delivered: 3064 pJ at 1 V, 500 + 1 + 125 pJ at 0.5 V. The core and the SRAM have supplies of their own.
  CHECK(lost(0) == Approx((3064 + 626) * (1 / 0.8 - 1) * picojoule).epsilon(1e-9));
  // From 1 V: at 0.5 V it draws twice what it delivers besides.
  CHECK(lost(1) == Approx((3064 * (1 / 0.8 - 1) + 626 * (2 / 0.8 - 1)) * picojoule).epsilon(1e-9));
}

TEST_CASE("energy ledger: the oscillator's power goes with its frequency, whatever the voltage") {
  SocConfig config;
  config.dvfs.adpll.power = 2e-3;
  const EnergyTable configured = with_dvfs_rows(table(), config);
  EnergyLedger ledger(configured, {}, 2);
  for (const double volts : {1.0, 0.5}) ledger.add(1, Action::clock_generator_cycle, 500e6, volts);
  const auto rows = ledger.report().by_item();
  REQUIRE(rows.size() == 2);  // and the regulator's loss
  CHECK(rows[0].joules == Approx(2 * 1e-3).epsilon(1e-12));
}
