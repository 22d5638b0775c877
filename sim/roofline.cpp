// SPDX-License-Identifier: Apache-2.0
#include "sim/roofline.hpp"

#include <algorithm>

namespace edgebert::sim {

double macs_per_cycle(const OperatorReport& report) {
  return report.cycles == 0 ? 0 : static_cast<double>(report.macs) / static_cast<double>(report.cycles);
}

double compute_bound(const SocConfig& config) {
  return static_cast<double>(config.pu.vmac_lanes) * config.pu.vmac_lanes;
}

std::optional<double> memory_bound(const OperatorReport& report, const SocConfig& config) {
  if (report.bytes() == 0) return std::nullopt;
  const double bytes_a_cycle = config.bus.width * config.clocks.bus_hz / config.clocks.accelerator_hz;
  return static_cast<double>(report.macs) * bytes_a_cycle / static_cast<double>(report.bytes());
}

std::string_view limited_by(const OperatorReport& report) {
  const struct {
    std::uint64_t cycles;
    const char* name;
  } resources[] = {{report.processing_unit_cycles, "processing unit"},
                   {report.transfer_cycles, "memory transfers"},
                   {report.special_function_unit_cycles, "special function unit"},
                   {report.port_stall_cycles, "buffer port"},
                   {report.firmware_cycles, "firmware"}};
  return std::ranges::max_element(resources, {}, [](const auto& resource) { return resource.cycles; })->name;
}

std::vector<OperatorReport> over_layers(const std::vector<OperatorReport>& reports) {
  std::vector<OperatorReport> sums;
  for (const OperatorReport& report : reports) {
    auto sum = std::ranges::find(sums, report.op, &OperatorReport::op);
    if (sum == sums.end()) sum = sums.insert(sum, {.op = report.op});
    *sum += report;
  }
  std::ranges::sort(sums, {}, &OperatorReport::op);
  return sums;
}

const OperatorReport& longest(const std::vector<OperatorReport>& reports) {
  return *std::ranges::max_element(reports, {}, &OperatorReport::all_cycles);
}

}  // namespace edgebert::sim
