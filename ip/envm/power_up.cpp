// SPDX-License-Identifier: Apache-2.0
#include "ip/envm/power_up.hpp"

namespace edgebert::reram {
namespace {

constexpr double nano = 1e-9;
constexpr double pico = 1e-12;
constexpr std::uint64_t word_bits = 64;

std::uint64_t words(double bits) {
  return static_cast<std::uint64_t>(std::ceil(bits / word_bits));
}

LatencyEnergy reads(std::uint64_t count, CellKind kind) {
  const CellFigures figures = figures_of(kind);
  return {static_cast<double>(count) * figures.read_latency.value * nano,
          static_cast<double>(count) * figures.read_energy.value * pico};
}

LatencyEnergy sum(const LatencyEnergy& a, const LatencyEnergy& b) {
  return {a.seconds + b.seconds, a.joules + b.joules};
}

}  // namespace

EmbeddingTraffic traffic_of(std::uint64_t rows, std::uint64_t columns, double density, std::uint64_t tokens) {
  const double mask_bits = static_cast<double>(columns);
  const double code_bits = 8 * density * static_cast<double>(columns);
  return {8 * words(static_cast<double>(rows) * (mask_bits + code_bits)),
          words(static_cast<double>(tokens) * mask_bits), words(static_cast<double>(tokens) * code_bits)};
}

LatencyEnergy read_in_place(const EmbeddingTraffic& traffic, CellKind mask_cell, CellKind data_cell) {
  return sum(reads(traffic.sentence_masks, mask_cell), reads(traffic.sentence_codes, data_cell));
}

LatencyEnergy reload(const EmbeddingTraffic& traffic, const ReloadFigures& figures) {
  const double bytes = static_cast<double>(traffic.stored_bytes);
  const double copied = static_cast<double>(words(8 * bytes));
  return {bytes / figures.dram_bandwidth.value,
          (8 * bytes * figures.dram_energy.value + copied * figures.sram_write_energy.value) * pico};
}

LatencyEnergy reload_and_read(const EmbeddingTraffic& traffic, const ReloadFigures& figures) {
  const double read = static_cast<double>(traffic.sentence_masks + traffic.sentence_codes);
  return sum(reload(traffic, figures),
             {read * figures.sram_latency.value * nano, read * figures.sram_read_energy.value * pico});
}

}  // namespace edgebert::reram
