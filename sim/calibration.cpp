// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/reference_cycles.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace {

constexpr std::array<std::uint32_t, 4> measured_lanes = {4, 8, 16, 32};
constexpr std::uint32_t chip_lanes = 16;
constexpr double chip_hz = 716.8e6;             // ISSCC 2023, paper 22.9, slide 35, at 1.0 V
constexpr double conventional_seconds = 4.184;  // slide 38
constexpr double word_bytes = 8;                // published model: 64-bit data master
constexpr Cycles command_in_top_level = 23;     // 5 more than the matrix unit alone, all 24 runs

// ALBERT-base, dense, twelve layers on configs/stp-isscc23.yaml; calibration_test.cpp measures both.
constexpr double firmware_bytes = 134.3e6;        // read from the weight memory
constexpr double slow_weight_memory_hz = 3.22e6;  // at which a sentence takes conventional_seconds

// ALBERT-base, 128 tokens.
constexpr std::uint32_t tokens = 128, hidden = 768, intermediate = 3072, heads = 12, head = 64, layers = 12;

struct Call {
  unsigned times;
  product::Shape shape;
};
constexpr std::array<Call, 5> layer_calls = {{
    {4, {.rows = tokens, .columns = hidden, .reduction = hidden}},        // query, key, value, output
    {heads, {.rows = tokens, .columns = tokens, .reduction = head}},      // scores
    {heads, {.rows = tokens, .columns = head, .reduction = tokens}},      // context
    {1, {.rows = tokens, .columns = intermediate, .reduction = hidden}},  // feed-forward
    {1, {.rows = tokens, .columns = hidden, .reduction = intermediate}},
}};

double layer_macs() {
  double macs = 0;
  for (const auto& [times, s] : layer_calls) macs += 1.0 * times * s.rows * s.columns * s.reduction;
  return macs;
}

Cycles layer_cycles(const SocConfig& soc) {
  Cycles cycles = 0;
  for (const auto& [times, shape] : layer_calls)
    cycles += times * product::product_cycles(shape, soc.pu.vmac_lanes, soc.timing.pu);
  return cycles;
}

Cycles cycles_of(const MeasuredRun& run, const SocConfig::Timing& timing) {
  const sfu::RowShape rows{.rows = run.rows, .elements = run.vectors * run.lanes, .lanes = run.lanes};
  if (run.unit == "product")
    return product::product_cycles({.rows = run.n1, .columns = run.n0, .reduction = run.m}, run.lanes,
                                   timing.pu);
  if (run.unit == "softmax") return sfu::softmax_cycles(rows, false, timing.sfu);
  if (run.unit == "layernorm") return sfu::layernorm_cycles(rows, false, 0, timing.sfu);
  if (run.unit == "add") return sfu::element_add_cycles(rows, 0, timing.sfu);
  if (run.unit == "entropy") return sfu::early_exit_cycles(rows.elements, run.lanes, false, timing.sfu);
  return timing.sfu.dvfs_lookup;
}

/// Many runs in one row.
class Aggregate {
 public:
  void add(Cycles ours, Cycles reference) {
    ++runs_;
    exact_ += ours == reference;
    const double deviation = static_cast<double>(ours) / static_cast<double>(reference) - 1;
    if (std::abs(deviation) > std::abs(worst_)) worst_ = deviation;
    ours_.add(ours);
    reference_.add(reference);
  }
  CalibrationRow row(std::string what, const char* file) const {
    return {.what = fmt::format("{}, {} runs", what, runs_),
            .ours = ours_.text(),
            .reference = reference_.text(),
            .source = file,
            .kind = ReferenceKind::measured_on_model,
            .tolerance = "0 cycles",
            .verdict = exact_ == runs_ ? "exact, all runs"
                                       : fmt::format("{} of {} exact, off by up to {:+.1f} %", exact_, runs_,
                                                     100 * worst_)};
  }

 private:
  struct Extent {
    Cycles least = ~Cycles{0};
    Cycles most = 0;
    void add(Cycles cycles) {
      least = std::min(least, cycles);
      most = std::max(most, cycles);
    }
    std::string text() const {
      return least == most ? grouped(least) : fmt::format("{} to {}", grouped(least), grouped(most));
    }
  };

  unsigned runs_ = 0;
  unsigned exact_ = 0;
  double worst_ = 0;
  Extent ours_, reference_;
};

CalibrationRow row_of(Reference which, const std::string& unit, std::uint32_t lanes, TimingPreset preset,
                      const SocAt& soc, const std::string& what, const char* file) {
  Aggregate aggregate;
  for (const MeasuredRun& run : measured_runs(which)) {
    if (run.unit != unit || (lanes != 0 && run.lanes != lanes)) continue;
    SocConfig::Timing timing = soc(preset, run.lanes).timing;
    if (which == Reference::top_level && unit == "product") timing.pu.command += command_in_top_level - 18;
    aggregate.add(cycles_of(run, timing), run.cycles);
  }
  return aggregate.row(what, file);
}

CalibrationRow extrapolated_row(std::uint32_t lanes, const SocAt& soc) {
  const SocConfig at = soc(TimingPreset::serial, lanes);
  return {.what = fmt::format("matrix unit alone, serial, n = {}: 64 x 64 x 64", lanes),
          .ours = grouped(
              product::product_cycles({.rows = 64, .columns = 64, .reduction = 64}, lanes, at.timing.pu)),
          .reference = "none",
          .source = lanes < 4 ? "as n = 4" : "stalls on a line through n = 16 and 32",
          .kind = ReferenceKind::none,
          .tolerance = "-",
          .verdict = "extrapolated"};
}

std::string within(double ours, double reference, double tolerance) {
  const double deviation = ours / reference - 1;
  return fmt::format("{} ({:+.2f} %)", std::abs(deviation) <= tolerance ? "within" : "outside",
                     100 * deviation);
}

}  // namespace

std::vector<CalibrationRow> published_model_rows(const SocAt& soc) {
  std::vector<CalibrationRow> rows;
  for (const std::uint32_t lanes : measured_lanes) {
    rows.push_back(row_of(Reference::matrix_unit, "product", lanes, TimingPreset::serial, soc,
                          fmt::format("matrix unit alone, serial, n = {}", lanes), "cycles_pu_matmul.csv"));
  }
  for (const std::uint32_t lanes : {2u, 64u}) rows.push_back(extrapolated_row(lanes, soc));
  for (const char* unit : {"softmax", "layernorm", "add", "entropy"}) {
    rows.push_back(row_of(Reference::units_alone, unit, 0, TimingPreset::overlapped, soc,
                          fmt::format("{} alone, overlapped", unit), "cycles_units_standalone.csv"));
  }
  for (const char* unit : {"softmax", "layernorm", "add", "entropy", "dvfs", "product"}) {
    const bool product = std::string(unit) == "product";
    rows.push_back(row_of(
        Reference::top_level, unit, 0, TimingPreset::serial, soc,
        fmt::format("{} in the top level, serial{}", unit, product ? " with timing.pu.command 5 higher" : ""),
        "cycles_topaccel.csv"));
  }
  return rows;
}

std::vector<CalibrationRow> derived_rows(const SocAt& soc) {
  const SocConfig chip = soc(TimingPreset::overlapped, chip_lanes);
  const product::Shape projection = layer_calls[0].shape;
  const double macs = 1.0 * tokens * hidden * hidden;
  const double rate =
      macs / static_cast<double>(product::product_cycles(projection, chip_lanes, chip.timing.pu));
  constexpr double peak = 256;
  SocConfig top = soc(TimingPreset::serial, chip_lanes);
  top.timing.pu.command += command_in_top_level - 18;
  const Cycles layer = layer_cycles(top);
  constexpr Cycles published_layer = 7'539'618;
  const double layer_bound = layer_macs() / peak;
  const auto overlapped = static_cast<double>(layer_cycles(chip));
  return {
      {"MACs a cycle of a 128 x 768 x 768 product, overlapped, n = 16", fmt::format("{:.2f}", rate), "256",
       "16 lanes of 16 MACs; 0.367 TFLOPS at 716.8 MHz (ISSCC 2023, paper 22.9, slides 25 to 35)",
       ReferenceKind::silicon, "1 %", within(rate, peak, 0.01)},
      {"products of one ALBERT-base layer, 128 tokens, overlapped, n = 16",
       grouped(static_cast<Cycles>(overlapped)), grouped(static_cast<Cycles>(layer_bound)),
       "931,135,488 MACs at 256 a cycle", ReferenceKind::derived, "2 %",
       within(overlapped, layer_bound, 0.02)},
      {"products of one ALBERT-base layer, 128 tokens, serial with timing.pu.command 5 higher, n = 16",
       grouped(layer), grouped(published_layer), "the measured formulas, summed over 30 calls",
       ReferenceKind::derived, "0 cycles",
       layer == published_layer ? "exact" : within(layer, published_layer, 0)},
      {"products of ALBERT-base, twelve layers, overlapped, n = 16, at 1 GHz",
       fmt::format("{:.1f} ms", layers * overlapped / 1e6), "below 50 ms",
       "tightest latency target of the MICRO 2021 paper", ReferenceKind::recalled, "-",
       layers * overlapped < 50e6 ? "consistent" : "inconsistent"},
  };
}

ConventionalRun conventional_run(const SocAt& soc) {
  const double macs = layers * layer_macs();
  const SocConfig chip = soc(TimingPreset::overlapped, chip_lanes);
  const double weights = 1.0 * layers * (4.0 * hidden * hidden + 2.0 * hidden * intermediate);
  const double blocks = macs / (1.0 * chip_lanes * chip_lanes * chip_lanes);
  const double streamed = blocks * 2 * chip_lanes * chip_lanes;
  const auto ours = layers * static_cast<double>(layer_cycles(chip)) / chip_hz;
  const auto movement = [&](std::string schedule, double bytes, std::string explanation) -> DataMovement {
    return {std::move(schedule), bytes / 1e6, (conventional_seconds - ours) / (bytes / word_bytes) * 1e9,
            std::move(explanation)};
  };
  return {
      .milliseconds = 1e3 * conventional_seconds,
      .bound_milliseconds = 1e3 * macs / (chip_lanes * chip_lanes) / chip_hz,
      .ours_milliseconds = 1e3 * ours,
      .slow_weight_memory_hz = slow_weight_memory_hz,
      .movements = {
          movement("every weight once a layer, as the buffers would allow", weights,
                   "words copied one by one by the core over an uncached path, a load and a store each"),
          movement("what this platform's firmware reads from the weight memory in these buffers",
                   firmware_bytes, "the same, or a DMA that waits for the memory after every word"),
          movement("both operands of every 16 x 16 x 16 block, as if nothing were kept in the buffers",
                   streamed, "a master with one word outstanding, and a round trip to the memory for each"),
      }};
}

}  // namespace edgebert::sim
