// SPDX-License-Identifier: Apache-2.0
// What a sentence costs: counts are those of the units, layers and segments add up, voltage matters.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "platform/energy/soc_size.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"
#include "tests/unit/energy/small_table.hpp"

using namespace edgebert;
using namespace edgebert::energy;
using namespace edgebert::test;

namespace {

EnergyTable shipped(const char* name) {
  return EnergyTable::load(fmt::format(EDGEBERT_SOURCE_DIR "/configs/energy/{}.yaml", name));
}

double counted(const EnergyReport& report, Item item) {
  double sum = 0;
  for (const EnergyRow& row : report.rows) sum += row.item == item ? row.count : 0;
  return sum;
}

/// What differs between the ledger's counts and the units' counters.
std::string difference_to_counters(const SentenceResult& answer) {
  const auto counter = [&](const char* unit, const char* name) {
    const auto& report = *std::ranges::find(answer.units, std::string_view(unit), &UnitReport::unit);
    return static_cast<double>(report.counters.at(name));
  };
  std::string found;
  const auto compare = [&](Action action, double expected) {
    const double count = counted(answer.energy, item_of(action));
    if (count != expected)
      found += fmt::format("{}: {} booked, {} counted; ", name_of(item_of(action)), count, expected);
  };
  compare(Action::processing_unit_mac,
          counter("processing_unit", "macs") - counter("processing_unit", "macs_gated"));
  compare(Action::processing_unit_mac_gated, counter("processing_unit", "macs_gated"));
  compare(Action::processing_unit_output_element, counter("processing_unit", "output_elements"));
  compare(Action::softmax_exp, counter("softmax", "exp_evaluated"));
  compare(Action::layernorm_element, counter("layernorm", "elements"));
  compare(Action::element_add_element, counter("element_add", "elements"));
  compare(Action::early_exit_exp, counter("early_exit", "exp_evaluated"));
  compare(Action::dma_byte, counter("dma", "bytes_loaded") + counter("dma", "bytes_stored"));
  compare(Action::bus_dma_beat, counter("bus", "dma_beats"));
  compare(Action::bus_core_access, counter("bus", "core_accesses"));
  compare(Action::system_sram_read_byte, counter("system_sram", "bytes_read"));
  compare(Action::system_sram_write_byte, counter("system_sram", "bytes_written"));
  compare(Action::envm_read_slc_byte, counter("envm", "bytes_read") - counter("envm", "code_bytes_read"));
  compare(Action::envm_read_mlc2_byte, counter("envm", "code_bytes_read"));
  compare(Action::core_instruction, static_cast<double>(answer.instructions));
  return found;
}

/// What is wrong with the trace: gaps, or an integral that is not the total.
std::string trace_defect(const EnergyReport& report) {
  double sum = 0;
  for (std::size_t i = 0; i < report.trace.size(); ++i) {
    const PowerSegment& segment = report.trace[i];
    if (segment.end < segment.start) return "a segment ends before it starts";
    if (i != 0 && segment.start != report.trace[i - 1].end) return "there is a gap";
    sum += segment.total();
  }
  const double total = report.total().total();
  return std::abs(sum - total) <= 1e-9 * total ? "" : fmt::format("integral {}, total {}", sum, total);
}

std::string run(const SocConfig& config, const EnergyTable& table) {
  return in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), {}, &table);
    std::string found;
    SentenceResult answer;
    for (const Tokens& tokens : dev_sentences({3, 4})) {
      answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      found += difference_to_counters(answer) + trace_defect(answer.energy);
    }
    double layers = 0;
    for (std::uint32_t layer = 0; layer <= answer.result.exit_layer; ++layer)
      layers += answer.energy.sum([layer](const EnergyRow& row) { return row.layer == layer; }).total();
    const Joules total = answer.energy.total();
    if (std::abs(layers + answer.energy.idle().total() - total.total()) > 1e-12 * total.total())
      found += "layers do not add up; ";
    const double cycles = counted(answer.energy, item_of(Action::accelerator_clock_cycle));
    if (std::abs(cycles - static_cast<double>(answer.cycles)) > 1)
      found += fmt::format("{} clock cycles of {}; ", cycles, answer.cycles);
    const double segments = static_cast<double>(answer.energy.trace.size());
    return fmt::format("dynamic={} leakage={} segments={} layers={} found={}",
                       std::llround(total.dynamic * 1e12), std::llround(total.leakage * 1e12), segments,
                       answer.result.exit_layer, found);
  });
}

/// The chip's V/f points (ISSCC 2023 22.9, slide 35).
const std::vector<dvfs::VfPoint> chip_points = {
    {620'000, 76'800}, {680'000, 336'000}, {780'000, 480'000}, {860'000, 585'600}, {1'000'000, 716'800}};

SocConfig chip_at(std::uint32_t kilohertz) {
  SocConfig config;
  config.clocks.accelerator_hz = kilohertz * 1e3;
  config.dvfs.points = chip_points;
  config.dvfs.ldo = {
      .voltage_min = 0.62, .voltage_max = 1.0, .step = 0.02, .settle_time = 3.8, .efficiency = 0.992};
  config.dvfs.adpll.step = 1e5;
  return config;
}

}  // namespace

TEST_CASE("energy: counts are the units' counters, layers and trace add up, under any clocks") {
  const EnergyTable table = shipped("edgebert-12nm");
  for (const std::uint32_t n : {4u, 16u}) {
    SocConfig config;
    config.timing = SocConfig::Timing::of(TimingPreset::overlapped, n);
    config.pu.vmac_lanes = n;
    config.clocks = {.accelerator_hz = 717e6, .core_hz = 333e6, .bus_hz = 123e6};
    const std::string outcome = run(config, table);
    INFO(outcome);
    CHECK(outcome.ends_with("found="));
    // The embedding, each layer, and the time until the host has the answer; no more than a few returns.
    const auto layers = number(outcome, "layers");
    CHECK(number(outcome, "segments") >= layers + 2);
    CHECK(number(outcome, "segments") <= 2 * layers + 4);
  }
}

TEST_CASE("energy: with LPDDR4 its rows are used, with embeddings in it the eNVM is off") {
  SocConfig config;
  config.memory.weight_memory_kind = MemoryKind::lpddr4;
  config.embedding.store = EmbeddingStore::dram;
  const EnergyTable table = shipped("edgebert-12nm");
  const std::string outcome = in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), {}, &table);
    const Tokens tokens = dev_sentences({3}).front();
    const SentenceResult answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
    const auto memory = std::ranges::find(answer.units, "weight_memory", &UnitReport::unit);
    const auto same = [&](Action action, const char* name) {
      return counted(answer.energy, item_of(action)) == static_cast<double>(memory->counters.at(name));
    };
    return fmt::format("bytes={} rows={} other={} envm={}", same(Action::lpddr4_read_byte, "bytes_read"),
                       same(Action::lpddr4_activate, "row_misses"),
                       counted(answer.energy, item_of(Action::weight_memory_read_byte)),
                       counted(answer.energy, item_of(Domain::envm, State::on)));
  });
  CHECK(outcome == "bytes=true rows=true other=0 envm=0");
}

TEST_CASE("energy: of the same work dynamic energy falls with the voltage, and one row changes it") {
  const EnergyTable chip = shipped("gf12-stp");
  std::uint64_t last = 0;
  for (const auto& [microvolts, kilohertz] : chip_points) {
    const SocConfig config = chip_at(kilohertz);
    REQUIRE(energy::supply_volts(config) == microvolts / 1e6);
    const std::string outcome = run(config, chip);
    INFO(outcome);
    CHECK(number(outcome, "dynamic") > last);
    last = number(outcome, "dynamic");
  }
  const SocConfig config = chip_at(chip_points.back().kilohertz);
  const auto with_mac = [&](const char* value) {
    const std::string row = fmt::format(
        "processing_unit.mac: {{value: {}, measure: pJ, voltage: 1 V, kind: assumed, source: made up}}",
        value);
    return number(run(config, EnergyTable::parse(small_table_text(row), "small.yaml")), "dynamic");
  };
  CHECK(with_mac("2") > with_mac("1"));
}

TEST_CASE("energy: a table that lacks a row is refused before anything runs") {
  const EnergyTable table = EnergyTable::parse(small_table_text("", "softmax.exp"), "small.yaml");
  CHECK(run(SocConfig{}, table).starts_with("error: small.yaml: no row dynamic.softmax.exp"));
}

TEST_CASE("energy: a voltage outside the chip's points is refused") {
  SocConfig config = chip_at(800'000);
  config.dvfs.points.push_back({.microvolts = 1'100'000, .kilohertz = 800'000});
  config.dvfs.ldo.voltage_max = 1.1;
  const std::string outcome = run(config, shipped("gf12-stp"));
  INFO(outcome);
  CHECK(outcome.find("1.1 V is outside its points, 0.62 to 1 V") != std::string::npos);
}
