// SPDX-License-Identifier: Apache-2.0
// What must hold of cycles on any SoC: seeded random configurations, the shipped model, one layer.
#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <random>

#include <fmt/format.h>

#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

constexpr unsigned configurations = 16;
/// Every entropy of two classes is below: sentences leave after the first layer.
constexpr double leaves_at_once = 0.7;

class RandomConfig {
 public:
  explicit RandomConfig(unsigned seed) : random_(seed) {}

  /// Periods of these clocks are not multiples of each other.
  SocConfig make() {
    SocConfig config;
    config.exit.threshold = leaves_at_once;
    config.pu.vmac_lanes = pick({4u, 8u, 16u, 32u});
    config.timing =
        SocConfig::Timing::of(pick({TimingPreset::serial, TimingPreset::overlapped}), config.pu.vmac_lanes);
    config.sequence.pad = pick({SequencePad::full, SequencePad::actual});
    config.clocks.accelerator_hz = pick({333e6, 717e6, 1e9});
    config.clocks.core_hz = pick({287e6, 500e6, 911e6});
    config.clocks.bus_hz = pick({123e6, 333e6, 500e6, 717e6});
    config.buffers.data = pick({32u, 64u, 128u}) * 1024;
    config.bus.width = pick({4u, 8u, 16u});
    config.bus.burst_overhead = pick({0u, 2u, 7u});
    config.memory.weight_memory.clock_hz = pick({200e6, 457e6});
    config.memory.weight_memory.read_latency_ns = pick({2.0, 40.0, 150.0});
    config.memory.system_sram.clock_hz = pick({250e6, 611e6});
    return config;
  }

 private:
  template <typename Value>
  Value pick(std::initializer_list<Value> values) {
    return std::data(values)[random_() % values.size()];
  }

  std::mt19937 random_;
};

/// Some published constants depend on n.
void set_lanes(SocConfig& config, TimingPreset preset, std::uint32_t lanes) {
  config.pu.vmac_lanes = lanes;
  config.timing = SocConfig::Timing::of(preset, lanes);
}

struct Timing {
  std::uint64_t cycles = 0;
  std::uint64_t slots = 0;      ///< the processing unit's MACs with their padding
  std::uint64_t transfers = 0;  ///< commands of the DMA
  std::string line;             ///< everything counted

  bool operator==(const Timing&) const = default;
};

/// Everything counted in a sentence; "error" for a unit that took more cycles than there were.
std::string counts_of(const SentenceResult& answer) {
  std::string counts;
  for (const UnitReport& unit : answer.units) {
    if (unit.busy_cycles + unit.stalls.total() > answer.cycles) return "error: " + unit.unit;
    counts += fmt::format(" {}={},{},{},{}", unit.unit, unit.busy_cycles, unit.stalls.bus, unit.stalls.memory,
                          unit.stalls.port);
    for (const auto& [name, value] : unit.counters)
      counts += fmt::format(" {}.{}={}", unit.unit, name, value);
  }
  for (const OperatorReport& report : answer.operators)
    counts += fmt::format(" {}={},{}", name_of(report.op), report.cycles, report.firmware_cycles);
  return counts;
}

/// Two sentences. Platform itself refuses one in which a unit's busy, stalled and idle time do not add up to
/// the femtosecond.
Timing timing_of(const SocConfig& config, const std::function<void(Platform&)>& prepare = {}) {
  const std::string line = in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware());
    if (prepare) prepare(platform);
    Timing sum;
    for (const Tokens& tokens : dev_sentences({1, 11})) {
      const SentenceResult answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      const auto unit = [&](const char* name) {
        return *std::ranges::find(answer.units, std::string_view(name), &UnitReport::unit);
      };
      sum.cycles += answer.cycles;
      sum.slots += unit("processing_unit").counters.at("mac_slots");
      sum.transfers += unit("dma").commands;
      sum.line += counts_of(answer);
    }
    return fmt::format("cycles={} slots={} transfers={}{}", sum.cycles, sum.slots, sum.transfers, sum.line);
  });
  INFO(line);
  REQUIRE(line.starts_with("cycles="));
  REQUIRE(line.find("error") == std::string::npos);
  return {number(line, "cycles"), number(line, "slots"), number(line, "transfers"), line};
}

/// How much slower something better may be.
///   The same tiles: when transfers end earlier, other commands meet at a buffer's port, and an interrupt may
///   find firmware busy with another unit. Pairs of commands move, not the work: 0.2 %.
///   Other tiles: firmware sizes them by n and by the peak rates of the memories (SRAM_RATE, WEIGHT_RATE),
///   which leave out latencies and what units lose at a buffer's port. Larger tiles overlap less at their
///   ends, and are padded to more lanes: 5 %.
double slower_at_most(const Timing& base, const Timing& better) {
  const bool same_tiles = base.transfers == better.transfers && base.slots == better.slots;
  return same_tiles ? 1.002 : 1.05;
}

struct Improvement {
  const char* name;
  void (*apply)(SocConfig&);
};

constexpr Improvement improvements[] = {
    {"a wider bus", [](SocConfig& c) { c.bus.width *= 2; }},
    {"a faster bus", [](SocConfig& c) { c.clocks.bus_hz *= 2; }},
    {"a faster weight memory", [](SocConfig& c) { c.memory.weight_memory.clock_hz *= 2; }},
    {"a faster system SRAM", [](SocConfig& c) { c.memory.system_sram.clock_hz *= 2; }},
    {"half the latency", [](SocConfig& c) { c.memory.weight_memory.read_latency_ns /= 2; }},
    {"half the burst overhead", [](SocConfig& c) { c.bus.burst_overhead /= 2; }},
    {"twice the lanes", [](SocConfig& c) { set_lanes(c, c.timing.preset(), 2 * c.pu.vmac_lanes); }},
    {"a faster core", [](SocConfig& c) { c.clocks.core_hz *= 2; }},
};

/// Nothing but the processing unit and the special function unit takes time worth mentioning.
SocConfig compute_bound_config() {
  constexpr double fastest = 10e9;
  SocConfig config;
  config.exit.threshold = leaves_at_once;
  config.clocks.core_hz = config.clocks.bus_hz = fastest;
  config.bus = {.width = 64, .register_latency = 1, .burst_overhead = 0};
  for (MemoryConfig* memory :
       {&config.memory.system_sram, &config.memory.weight_memory, &config.memory.envm}) {
    memory->width = 64;
    memory->clock_hz = fastest;
    memory->read_latency_ns = memory->write_latency_ns = 0;
  }
  return config;
}

}  // namespace

TEST_CASE("timing: what is better never slows a sentence by more than other tiles can") {
  for (unsigned seed = 1; seed <= configurations; ++seed) {
    const SocConfig config = RandomConfig(seed).make();
    const Timing base = timing_of(config);
    for (const Improvement& improvement : improvements) {
      SocConfig improved = config;
      improvement.apply(improved);
      const Timing better = timing_of(improved);
      INFO("seed " << seed << ", " << improvement.name << "\n" << base.line << "\n" << better.line);
      CHECK(static_cast<double>(better.cycles) <=
            static_cast<double>(base.cycles) * slower_at_most(base, better));
    }
  }
}

TEST_CASE("timing: neither the quantum, nor who looks on, nor another run changes a cycle") {
  for (unsigned seed = 1; seed <= configurations; ++seed) {
    SocConfig config = RandomConfig(seed).make();
    const Timing reference = timing_of(config);
    INFO("seed " << seed << "\n" << reference.line);
    CHECK(timing_of(config) == reference);
    const auto look_on = [](Platform& platform) { platform.on_tile([](const Tile&) {}); };
    CHECK(timing_of(config, look_on) == reference);
    for (const std::uint32_t quantum : {1u, 97u, 1'000'000u}) {
      config.core.quantum = quantum;
      INFO("quantum " << quantum);
      CHECK(timing_of(config).line == reference.line);
    }
  }
}

TEST_CASE("timing: with memories that keep up, each doubling of n is faster, at most four times") {
  for (const TimingPreset preset : {TimingPreset::serial, TimingPreset::overlapped}) {
    SocConfig config = compute_bound_config();
    set_lanes(config, preset, 2);
    Timing last = timing_of(config);
    for (const std::uint32_t n : {4u, 8u, 16u, 32u, 64u}) {
      set_lanes(config, preset, n);
      const Timing now = timing_of(config);
      INFO("n = " << n << ": " << last.cycles << " -> " << now.cycles);
      CHECK(now.cycles < last.cycles);
      // An n x n x n block takes cycles in proportion to n: half of them for eight times the work.
      CHECK(4 * now.cycles >= last.cycles);
      last = now;
    }
  }
}
