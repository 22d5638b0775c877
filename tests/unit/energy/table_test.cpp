// SPDX-License-Identifier: Apache-2.0
// Tables: between points, at them, outside; what is refused, and where; the shipped ones.
#include "contract/error.hpp"
#include "ip/envm/cell_model.hpp"
#include "platform/energy/soc_size.hpp"
#include "tests/test.hpp"
#include "tests/unit/energy/small_table.hpp"

using namespace edgebert;
using namespace edgebert::energy;
using test::small_table_text;

namespace {

constexpr double picojoule = 1e-12;
constexpr Item mac = item_of(Action::processing_unit_mac);
const std::string with_points =
    "processing_unit.mac: {points: [{voltage: 0.6 V, value: 0.36}, {voltage: 1 V, value: 2}], measure: pJ, "
    "kind: measured, source: made up}";

EnergyTable small(const std::string& own = "", const std::string& left_out = "") {
  return EnergyTable::parse(small_table_text(own, left_out), "small.yaml");
}

/// The message a text is refused with.
std::string refusal(const std::string& text) {
  try {
    EnergyTable::parse(text, "t.yaml");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::config);
    return error.what();
  }
  return "accepted";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("energy table: one value goes with the square of the voltage") {
  const EnergyTable table = small();
  CHECK(table.cost(mac, 1.0, {}) == Approx(1 * picojoule).epsilon(1e-12));
  CHECK(table.cost(mac, 0.5, {}) == Approx(0.25 * picojoule).epsilon(1e-12));
  CHECK(table.square_law_cost(mac, 0.5, {}) == Approx(0.25 * picojoule).epsilon(1e-12));
}

TEST_CASE("energy table: between measured points V^2 k(V) with k on a line, at them what was measured") {
  const EnergyTable table = small(with_points);
  CHECK(table.cost(mac, 0.6, {}) == Approx(0.36 * picojoule).epsilon(1e-12));
  CHECK(table.cost(mac, 1.0, {}) == Approx(2 * picojoule).epsilon(1e-12));
  // k(0.6) = 1, k(1.0) = 2: k(0.8) = 1.5.
  CHECK(table.cost(mac, 0.8, {}) == Approx(0.64 * 1.5 * picojoule).epsilon(1e-12));
  CHECK(table.square_law_cost(mac, 0.8, {}) == Approx(0.64 * 2 * picojoule).epsilon(1e-12));
}

TEST_CASE("energy table: a voltage outside the points is refused") {
  const EnergyTable table = small(with_points);
  for (const double volts : {0.59, 1.01}) {
    try {
      table.cost(mac, volts, {});
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.failure() == Failure::config);
      contains(error.what(), "dynamic.processing_unit.mac: ");
      contains(error.what(), "is outside its points, 0.6 to 1 V");
    }
  }
}

TEST_CASE("energy table: rows scale with multipliers and memory, other domains keep their voltage") {
  const EnergyTable table = small(
      "processing_unit.clock_cycle: {value: 0.5, measure: pJ/multiplier, voltage: 1 V, kind: assumed, "
      "source: made up}");
  const Item clock = item_of(Action::processing_unit_clock_cycle);
  CHECK(table.cost(clock, 1.0, {.multipliers = 64}) == Approx(32 * picojoule).epsilon(1e-12));
  CHECK(table.cost(clock, 1.0, {.multipliers = 256}) == Approx(128 * picojoule).epsilon(1e-12));
  CHECK(table.cost(item_of(Action::bus_dma_beat), 0.5, {}) == Approx(picojoule).epsilon(1e-12));
  CHECK(table.cost(item_of(Domain::core, State::on), 0.5, {}) == Approx(1e-3).epsilon(1e-12));
  // Leakage of the accelerator goes with V^3 unless its row says otherwise.
  CHECK(table.cost(item_of(Domain::accelerator, State::on), 0.5, {}) == Approx(0.125e-3).epsilon(1e-12));
}

TEST_CASE("energy table: a row that is missing is named, and never 0") {
  const EnergyTable table = small("", "softmax.exp");
  const SocConfig config;
  try {
    check_rows(config, table, 1.0);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::config);
    contains(error.what(), "small.yaml: no row dynamic.softmax.exp");
  }
}

TEST_CASE("energy table: rows of a weight memory that is not there are not needed") {
  const EnergyTable table = small("", "lpddr4.activate");
  SocConfig config;
  CHECK_NOTHROW(check_rows(config, table, 1.0));
  config.memory.weight_memory_kind = MemoryKind::lpddr4;
  CHECK_THROWS_AS(check_rows(config, table, 1.0), Error);
}

TEST_CASE("energy table: what is wrong is refused with its place, its path and the nearest key") {
  const std::string good = small_table_text();
  contains(refusal(replaced(good, "    mac: ", "    mcc: ")),
           "t.yaml:11:5: unknown key 'dynamic.processing_unit.mcc'; the nearest valid key is "
           "'dynamic.processing_unit.mac'");
  contains(refusal(replaced(good, "  softmax:", "  softmix:")), "the nearest valid key is 'dynamic.softmax'");
  contains(refusal(replaced(good, "    mac_gated: ", "    mac: ")),
           "duplicate key 'dynamic.processing_unit.mac'");
  contains(refusal(replaced(good, "{value: 1,", "{value: -1,")),
           "dynamic.accelerator.clock_cycle.value: -1 is out of range");
  contains(refusal(replaced(good, "{value: 1,", "{value: nan,")), "'nan' is not a number");
  contains(refusal(replaced(good, ", source: made up}", "}")), "source: missing");
  contains(refusal(replaced(good, "kind: assumed", "kind: guessed")), "expected measured, derived");
  contains(refusal(replaced(good, "measure: pJ", "measure: nJ")), "expected one of pJ, pJ/multiplier");
  contains(refusal(replaced(good, "measure: mm2", "measure: mm2/MiB")),
           "area.multipliers.measure: expected one of mm2, mm2/multiplier");
  contains(refusal(replaced(good, "voltage: 1 V, kind", "kind")), "voltage: missing");
  contains(refusal(replaced(good, "voltage: 1 V, kind", "voltage: 1 W, kind")), "unknown unit 'W'");
  contains(refusal(replaced(good, "version: 1", "version: 2")), "version: '2' is not supported");
  contains(refusal(replaced(good, "name: small\n", "")), "name: missing");
  contains(refusal(""), "the file is empty");
  contains(refusal(replaced(good, "{value: 1, measure: pJ, voltage: 1 V,",
                            "{points: [{voltage: 1 V, value: 1}, {voltage: 1 V, value: 2}], measure: pJ,")),
           "points[1].voltage: 1 V is not above the point in front of it, 1 V");
  contains(refusal(replaced(good, "{value: 1, measure: pJ, voltage: 1 V,", "{points: [], measure: pJ,")),
           "at least two");
}

TEST_CASE("energy table: its hash is of values, not of spelling; one row changes it") {
  const std::string good = small_table_text();
  const std::string hash = EnergyTable::parse(good, "a.yaml").hash();
  CHECK(hash.size() == 64);
  CHECK(EnergyTable::parse("# a comment\n" + good, "b.yaml").hash() == hash);
  CHECK(EnergyTable::parse(replaced(good, "voltage: 1 V", "voltage: 1000 mV"), "a.yaml").hash() == hash);
  CHECK(EnergyTable::parse(replaced(good, "value: 1,", "value: 1.5,"), "a.yaml").hash() != hash);
  CHECK(EnergyTable::parse(replaced(good, "made up", "thought up"), "a.yaml").hash() != hash);
}

TEST_CASE("energy table: the chip's five points reproduce its measured power within 2 %") {
  const EnergyTable table = EnergyTable::load(EDGEBERT_CONFIGS "/energy/gf12-stp.yaml");
  // Slide 35 of ISSCC 2023, 22.9: V, Hz, FP8 FLOPS a watt. All 256 MACs at work: 512 FLOP a cycle.
  constexpr struct {
    double volts, hertz, flops_a_watt;
  } measured[] = {{0.62, 76.8e6, 8.242e12},
                  {0.68, 336.0e6, 7.611e12},
                  {0.78, 480.0e6, 4.801e12},
                  {0.86, 585.6e6, 3.770e12},
                  {1.00, 716.8e6, 3.002e12}};
  for (const auto& [volts, hertz, flops_a_watt] : measured) {
    const auto cost = [&](Item item) { return table.cost(item, volts, {}); };
    const double watts = hertz * (cost(item_of(Action::accelerator_clock_cycle)) +
                                  cost(item_of(Action::processing_unit_clock_cycle)) + 256 * cost(mac)) +
                         cost(item_of(Domain::accelerator, State::on)) +
                         cost(item_of(Domain::accelerator_buffers, State::on)) +
                         cost(item_of(Domain::clock_generator, State::on));
    INFO(volts);
    CHECK(watts == Approx(512 * hertz / flops_a_watt).epsilon(0.02));
  }
  // The conventional run: MACs at work in one of 68.7 cycles, 110.9 mW.
  const double average = 716.8e6 * (table.cost(item_of(Action::accelerator_clock_cycle), 1.0, {}) +
                                    256 / 68.7 * table.cost(mac, 1.0, {}));
  CHECK(average == Approx(110.9e-3).epsilon(0.02));
}

TEST_CASE("energy table: dynamic energy of the chip falls with the voltage") {
  const EnergyTable table = EnergyTable::load(EDGEBERT_CONFIGS "/energy/gf12-stp.yaml");
  double last = 0;
  for (double volts = 0.62; volts < 1.0; volts += 0.01) {
    const double cycle = table.cost(item_of(Action::accelerator_clock_cycle), volts, {});
    CHECK(cycle > last);
    last = cycle;
  }
}

TEST_CASE("energy table: the paper's SoC has every row; a peak cycle is its recalled power") {
  const EnergyTable table = EnergyTable::load(EDGEBERT_CONFIGS "/energy/edgebert-12nm.yaml");
  SocConfig config;
  CHECK_NOTHROW(check_rows(config, table, supply_volts(config)));
  config.memory.weight_memory_kind = MemoryKind::lpddr4;
  CHECK_NOTHROW(check_rows(config, table, supply_volts(config)));
  const Size size = size_of(config);
  const auto cost = [&](Item item) { return table.cost(item, 0.8, size); };
  const double cycle = cost(item_of(Action::accelerator_clock_cycle)) +
                       cost(item_of(Action::processing_unit_clock_cycle)) + 256 * cost(mac) +
                       32 * cost(item_of(Action::buffers_byte));
  const double watts = 1e9 * cycle + cost(item_of(Domain::accelerator_buffers, State::on));
  CHECK(watts == Approx(85.9e-3).epsilon(0.01));
}

TEST_CASE("energy table: area grows with n and with the buffers; the paper's is what is recalled") {
  const EnergyTable table = EnergyTable::load(EDGEBERT_CONFIGS "/energy/edgebert-12nm.yaml");
  const auto accelerator = [&](const SocConfig& config) {
    double sum = 0;
    for (const auto& [block, area] : area_of(config, table).blocks) {
      if (block == "multipliers" || block == "buffers" || block == "accelerator_rest") sum += area;
    }
    return sum;
  };
  SocConfig config;
  CHECK(accelerator(config) == Approx(1.39).epsilon(0.01));
  SocConfig wide = config;
  wide.pu.vmac_lanes = 32;
  CHECK(accelerator(wide) - accelerator(config) == Approx(768 * 0.0025).epsilon(1e-9));
  SocConfig dram = config;
  dram.embedding.store = EmbeddingStore::dram;
  CHECK(area_of(config, table).total - area_of(dram, table).total == Approx(2 * 0.263).epsilon(1e-9));
}

TEST_CASE("energy table: reads of the eNVM cost what the cells' figures say, by kind of cell") {
  for (const char* name : {"/energy/edgebert-12nm.yaml", "/energy/gf12-stp.yaml"}) {
    const EnergyTable table = EnergyTable::load(std::string(EDGEBERT_CONFIGS) + name);
    const auto cost = [&](Action action) { return table.cost(item_of(action), table.nominal_volts(), {}); };
    constexpr double bytes = 8;  // of the word the figures are of
    CHECK(cost(Action::envm_read_slc_byte) * bytes ==
          Approx(reram::figures_of(reram::CellKind::slc).read_energy.value * picojoule).epsilon(1e-9));
    CHECK(cost(Action::envm_read_mlc2_byte) * bytes ==
          Approx(reram::figures_of(reram::CellKind::mlc2).read_energy.value * picojoule).epsilon(1e-9));
    CHECK(cost(Action::envm_read_mlc3_byte) * bytes ==
          Approx(reram::figures_of(reram::CellKind::mlc3).read_energy.value * picojoule).epsilon(1e-9));
  }
}
