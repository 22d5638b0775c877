// SPDX-License-Identifier: Apache-2.0
#include "sim/replay_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Tally& tally) {
  return {{"compared", tally.compared}, {"different", tally.different}};
}

Json json_of(const ReplayCounts& counts) {
  return {{"cases", json_of(counts.cases)},
          {"codes", json_of(counts.codes)},
          {"masks", json_of(counts.masks)},
          {"cycles", json_of(counts.cycles)}};
}

std::string cell(const Tally& tally) {
  if (tally.compared == 0) return "-";
  const std::string compared = grouped(tally.compared);
  return tally.different == 0 ? compared : fmt::format("{} ({} differ)", compared, grouped(tally.different));
}

std::string row(const std::string& unit, const ReplayCounts& counts) {
  return fmt::format("  {:<10}  {:>20}  {:>26}  {:>20}  {:>20}\n", unit, cell(counts.cases),
                     cell(counts.codes), cell(counts.masks), cell(counts.cycles));
}

/// A mask of 64 lanes has no sign.
Json number_of(const FirstDifference& first, std::int64_t value) {
  return first.key == "masks" ? Json(static_cast<std::uint64_t>(value)) : Json(value);
}

std::string where(const FirstDifference& first) {
  if (first.key == "cycles") return "cycles";
  return fmt::format("{}, row {}, column {}", first.key, first.row, first.column);
}

}  // namespace

ReplayCounts& ReplayCounts::operator+=(const ReplayCounts& other) {
  cases += other.cases;
  codes += other.codes;
  masks += other.masks;
  cycles += other.cycles;
  return *this;
}

ReplayCounts ReplayReport::total() const {
  ReplayCounts sum;
  for (const auto& [unit, counts] : units) sum += counts;
  return sum;
}

std::string numerics_label(const SocConfig& config) {
  if (config.numerics == NumericsPreset::exact) return "exact";
  return "published-cmodel (compatibility mode: the matrix unit wraps at 16 bits as the published model "
         "does)";
}

std::string text_of(const ReplayReport& report, const Style& style) {
  std::string text;
  const auto field = [&](const char* name, const std::string& value) {
    text += fmt::format("{}  {}\n", dim(fmt::format("{:<9}", name), style), value);
  };
  const bool own_lanes = report.lanes != std::vector{report.soc.pu.vmac_lanes};
  field("SoC", fmt::format("{}, n = {}{}, {}", bold(printable(report.soc.name), style),
                           fmt::join(report.lanes, ", "), own_lanes ? " of the cases" : "",
                           config::timing_label(report.soc)));
  field("numerics", numerics_label(report.soc));
  field("config", fmt::format("{} ({})", printable(report.config_file), report.config_hash.substr(0, 12)));
  field("cases", printable(report.file));
  const bool extrapolated = std::ranges::any_of(
      report.lanes, [](std::uint32_t lanes) { return !product::has_published_reference(lanes); });
  if (extrapolated) field("", "cycles at n = 2 and 64 are extrapolated: no reference at this n");
  text += fmt::format("\n  {:<10}  {:>20}  {:>26}  {:>20}  {:>20}\n", "unit", "cases", "codes", "masks",
                      "cycles");
  for (const auto& [unit, counts] : report.units) text += row(unit, counts);
  if (report.units.size() > 1) text += row("all", report.total());
  text += "\n";
  if (!report.first) {
    field("verdict", green("everything agrees", style));
    return text;
  }
  const FirstDifference& first = *report.first;
  field("verdict", red("differs", style));
  field("first", fmt::format("case {} ({}, {}): {}: expected {}, got {}", first.number,
                             printable(first.place), first.unit, where(first),
                             number_of(first, first.expected).dump(), number_of(first, first.got).dump()));
  return text;
}

std::string json_of(const ReplayReport& report) {
  Json units = Json::object();
  for (const auto& [unit, counts] : report.units) units[unit] = json_of(counts);
  Json first = nullptr;
  if (report.first) {
    const FirstDifference& f = *report.first;
    first = {{"case", f.number},
             {"place", f.place},
             {"unit", f.unit},
             {"key", f.key},
             {"row", f.row},
             {"column", f.column},
             {"expected", number_of(f, f.expected)},
             {"got", number_of(f, f.got)}};
  }
  const ReplayCounts total = report.total();
  Json root = {{"schema", replay_schema},
               {"version", program_version},
               {"config_hash", report.config_hash},
               {"soc", report.soc.name},
               {"numerics", numerics_label(report.soc)},
               {"timing", config::timing_label(report.soc)},
               {"file", report.file},
               {"lanes", report.lanes},
               {"agrees", report.agrees()},
               {"cases", json_of(total.cases)},
               {"codes", json_of(total.codes)},
               {"masks", json_of(total.masks)},
               {"cycles", json_of(total.cycles)},
               {"units", std::move(units)},
               {"first_difference", std::move(first)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgebert::sim
