// SPDX-License-Identifier: Apache-2.0
#include "sim/study/sentence_figures.hpp"

#include <algorithm>
#include <map>

#include "contract/error.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

Cost cost_of(const Json& segment) {
  Cost cost{segment["end"].get<double>() - segment["start"].get<double>(), 0, 0};
  for (const auto& [domain, joules] : segment["joules"].items()) {
    cost.soc_joules += joules.get<double>();
    if (domain == "accelerator" || domain == "accelerator_buffers" || domain == "clock_generator")
      cost.accelerator_joules += joules.get<double>();
  }
  return cost;
}

std::uint64_t counter(const Json& totals, const char* unit, const char* name) {
  for (const Json& row : totals["units"]) {
    if (row["unit"] == unit) return row["counters"].value(name, std::uint64_t{0});
  }
  return 0;
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  seconds += other.seconds;
  accelerator_joules += other.accelerator_joules;
  soc_joules += other.soc_joules;
  return *this;
}

SentenceFigures figures_of(const Json& report) {
  const Json& energy = report["sentences"][0]["energy"];
  if (energy.is_null())
    throw Error(Failure::config, "study: the configuration has no energy table; set energy.table");
  std::map<std::uint32_t, Cost> layers;
  for (const Json& segment : energy["power_trace"]) {
    if (!segment["layer"].is_null()) layers[segment["layer"].get<std::uint32_t>()] += cost_of(segment);
  }
  SentenceFigures figures;
  figures.embedding = layers[0];
  layers.erase(0);
  if (layers.empty()) throw Error(Failure::internal, "study: a run without a layer");
  figures.layers = static_cast<std::uint32_t>(layers.size());
  const auto [least, most] = std::ranges::minmax_element(
      layers, {}, [](const auto& layer) { return layer.second.accelerator_joules; });
  figures.energy_spread = most->second.accelerator_joules / least->second.accelerator_joules - 1;
  for (const auto& [number, cost] : layers) figures.layer += cost * (1.0 / figures.layers);
  figures.macs = report["totals"]["macs"].get<std::uint64_t>();
  figures.gated_macs = counter(report["totals"], "processing_unit", "macs_gated");
  return figures;
}

}  // namespace edgebert::sim
