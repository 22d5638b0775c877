// SPDX-License-Identifier: Apache-2.0
#include "contract/file.hpp"
#include "sim/report/parts.hpp"
#include "sim/study/published.hpp"
#include "sim/sweep/point_folder.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* lanes_key = "pu.vmac_lanes";

/// The blocks that a published area of the accelerator covers.
constexpr const char* accelerator_blocks[] = {"multipliers", "buffers", "accelerator_rest"};

/// Area of the accelerator as the point's own report has it; null where that is gone.
Json accelerator_area(const std::filesystem::path& folder) {
  try {
    const std::vector<std::uint8_t> bytes = read_file(folder / result_name, "result");
    const Json area = Json::parse(bytes).at("energy").at("area_mm2");
    double sum = 0;
    for (const char* block : accelerator_blocks) sum += area.at(block).get<double>();
    return sum;
  } catch (const Error&) {
    return nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

/// Figures of a point, and what follows from them: MACs at n x n in every cycle take `bound_cycles`.
Json figures_of(const Json& totals, const std::filesystem::path& folder) {
  Json figures = Json::object();
  for (const auto& [name, value] : totals.items()) {
    if (value.is_number() || value.is_null()) figures[name] = value;
  }
  const Json operators = totals.value("operators", Json::array());
  const double bound = operators.empty() ? 0 : operators[0].at("compute_bound").get<double>();
  const double macs = totals.at("macs").get<double>();
  figures["bound_cycles"] = bound == 0 ? Json(nullptr) : Json(macs / bound);
  figures["macs_per_cycle"] = macs / totals.at("cycles").get<double>();
  const Json energy = totals.value("energy", Json());
  figures["accelerator_joules"] = nullptr;
  if (energy.is_object()) {
    const Json& accelerator = energy.at("by_domain").at("accelerator");
    figures["accelerator_joules"] =
        accelerator.at("dynamic_joules").get<double>() + accelerator.at("leakage_joules").get<double>();
  }
  figures["accelerator_mm2"] = accelerator_area(folder);
  return figures;
}

Json reference(const char* quantity, const PublishedAtLanes& published) {
  return {{"quantity", quantity},      {"key", lanes_key},       {"at", published.n},
          {"value", published.value},  {"unit", published.unit}, {"provenance", name_of(published.kind)},
          {"source", published.source}};
}

}  // namespace

Json sweep_part(const ReportInput& input) {
  Json part = {
      {"kind", "sweep"}, {"name", input.name}, {"report", input.json}, {"references", Json::array()}};
  for (Json& point : part["report"]["points"]) {
    Json& totals = point.at("totals");
    if (totals.is_object())
      totals = figures_of(totals, input.file.parent_path() / point.at("folder").get<std::string>());
  }
  for (const Json& key : input.json.at("keys")) {
    if (key.at("key") != lanes_key) continue;
    part["references"] = {reference("best n, energy", published_best_lanes),
                          reference("power, accelerator", published_power),
                          reference("area, accelerator", published_area)};
  }
  return part;
}

}  // namespace edgebert::sim
