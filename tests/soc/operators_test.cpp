// SPDX-License-Identifier: Apache-2.0
// What operators report against what the units count, and against the shapes of the model.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

std::string operator_lines(const SentenceResult& answer) {
  std::string lines;
  for (const OperatorReport& r : answer.operators) {
    lines += fmt::format(
        "{}.{} commands={} cycles={} firmware={} pu={} sfu={} transfer={} port={} macs={} loaded={} "
        "stored={}\n",
        r.layer, name_of(r.op), r.commands, r.cycles, r.firmware_cycles, r.processing_unit_cycles,
        r.special_function_unit_cycles, r.transfer_cycles, r.port_stall_cycles, r.macs, r.bytes_loaded,
        r.bytes_stored);
  }
  return lines;
}

/// The first sum over operators that is not its units', or nothing.
std::string difference_to_units(const SentenceResult& answer) {
  OperatorReport sum;
  for (const OperatorReport& report : answer.operators) sum += report;
  OperatorReport units;
  for (const UnitReport& unit : answer.units) {
    units.commands += unit.commands;
    units.port_stall_cycles += unit.stalls.port;
    if (unit.unit == "dma") {
      units.transfer_cycles = unit.busy_cycles + unit.stalls.bus + unit.stalls.memory;
      units.bytes_loaded = unit.counters.at("bytes_loaded");
      units.bytes_stored = unit.counters.at("bytes_stored");
    } else if (unit.unit == "processing_unit") {
      units.processing_unit_cycles = unit.busy_cycles;
      units.macs = unit.counters.at("macs");
    } else if (unit.commands != 0) {
      units.special_function_unit_cycles += unit.busy_cycles;
    }
  }
  const auto& busy = *std::ranges::find(answer.units, "accelerator", &UnitReport::unit);
  const auto differ = [](const char* what, std::uint64_t ours, std::uint64_t theirs) {
    return ours == theirs ? std::string()
                          : fmt::format("{}: {} of operators, {} of units; ", what, ours, theirs);
  };
  std::string found = differ("commands", sum.commands, units.commands) +
                      differ("macs", sum.macs, units.macs) +
                      differ("loaded", sum.bytes_loaded, units.bytes_loaded) +
                      differ("stored", sum.bytes_stored, units.bytes_stored) +
                      differ("transfer", sum.transfer_cycles, units.transfer_cycles) +
                      differ("pu", sum.processing_unit_cycles, units.processing_unit_cycles) +
                      differ("sfu", sum.special_function_unit_cycles, units.special_function_unit_cycles) +
                      differ("port", sum.port_stall_cycles, units.port_stall_cycles);
  // Each cycle has a unit at work, or firmware works for the next command or, at the end, for the answer.
  // Each of an operator's two times is rounded up to whole cycles.
  const std::uint64_t rounding = 2 * answer.operators.size();
  if (busy.busy_cycles > sum.cycles) found += "cycles with a unit at work are missing; ";
  if (busy.busy_cycles + sum.firmware_cycles > answer.cycles + rounding)
    found += "too many firmware cycles; ";
  for (const OperatorReport& report : answer.operators) {
    if (report.cycles > answer.cycles || report.processing_unit_cycles > report.cycles ||
        report.transfer_cycles > report.cycles)
      found += fmt::format("{} is longer than it can be; ", name_of(report.op));
  }
  return found;
}

std::string run(const SocConfig& config) {
  return in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware());
    std::string lines;
    for (const Tokens& tokens : dev_sentences({3, 4})) {
      const SentenceResult answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      lines = operator_lines(answer) + "difference=" + difference_to_units(answer);
      if (!lines.ends_with("=")) break;
    }
    return lines;
  });
}

/// The line of an operator.
std::string line(const std::string& outcome, const std::string& name) {
  const std::size_t at = outcome.find(name + " ");
  return at == std::string::npos ? "" : outcome.substr(at, outcome.find('\n', at) - at);
}

}  // namespace

TEST_CASE("operators: commands, MACs, bytes and cycles sum to the units' under any clocks") {
  for (const auto preset : {TimingPreset::serial, TimingPreset::overlapped}) {
    for (const std::uint32_t n : {4u, 16u}) {
      SocConfig config;
      config.timing = SocConfig::Timing::of(preset, n);
      config.pu.vmac_lanes = n;
      config.clocks = {.accelerator_hz = 717e6, .core_hz = 333e6, .bus_hz = 123e6};
      const std::string outcome = run(config);
      INFO(outcome);
      CHECK(outcome.ends_with("difference="));
    }
  }
}

TEST_CASE("operators: MACs are those of the model's shapes, layer by layer") {
  SocConfig config;
  config.exit.threshold = 0;
  const std::string outcome = run(config);
  INFO(outcome);
  const std::uint64_t tokens = 64;
  const std::uint64_t hidden = 192;
  for (unsigned layer = 1; layer <= 12; ++layer) {
    for (const char* name : {"query", "key", "value", "attention_output"})
      CHECK(number(line(outcome, fmt::format("{}.{}", layer, name)), "macs") == tokens * hidden * hidden);
    for (const char* name : {"scores", "context"})
      CHECK(number(line(outcome, fmt::format("{}.{}", layer, name)), "macs") == tokens * tokens * hidden);
    CHECK(number(line(outcome, fmt::format("{}.probabilities", layer)), "macs") == 0);
    CHECK(number(line(outcome, fmt::format("{}.probabilities", layer)), "sfu") > 0);
  }
  CHECK(line(outcome, "0.embedding_sum") != "");
}
