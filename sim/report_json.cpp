// SPDX-License-Identifier: Apache-2.0
// The run as JSON. Keys keep their order; numbers are exact (logits are multiples of 2^-12, entropies of
// 2^-16).
// <, >, & and the line separators U+2028 and U+2029 are escaped so that a report may stand inside HTML.
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "platform/config/timing_preset.hpp"
#include "sim/energy_json.hpp"
#include "sim/html_safe.hpp"
#include "sim/roofline.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

/// @param cycles  all accelerator cycles of the time reported
Json units_of(const std::vector<UnitReport>& rows, std::uint64_t cycles) {
  Json units = Json::array();
  for (const UnitReport& row : rows) {
    Json counters = Json::object();
    for (const auto& [name, value] : row.counters) counters[name] = value;
    units.push_back({{"unit", row.unit},
                     {"commands", row.commands},
                     {"busy_cycles", row.busy_cycles},
                     {"stalled_cycles",
                      {{"bus", row.stalls.bus}, {"memory", row.stalls.memory}, {"port", row.stalls.port}}},
                     {"idle_cycles", row.idle_cycles(cycles)},
                     {"counters", std::move(counters)}});
  }
  return units;
}

Json operators_of(const std::vector<OperatorReport>& reports, const SocConfig& soc) {
  Json operators = Json::array();
  for (const OperatorReport& report : reports) {
    const std::optional<double> memory = memory_bound(report, soc);
    operators.push_back({{"layer", report.layer},
                         {"operator", name_of(report.op)},
                         {"commands", report.commands},
                         {"cycles", report.cycles},
                         {"firmware_cycles", report.firmware_cycles},
                         {"processing_unit_cycles", report.processing_unit_cycles},
                         {"special_function_unit_cycles", report.special_function_unit_cycles},
                         {"transfer_cycles", report.transfer_cycles},
                         {"port_stall_cycles", report.port_stall_cycles},
                         {"macs", report.macs},
                         {"bytes_loaded", report.bytes_loaded},
                         {"bytes_stored", report.bytes_stored},
                         {"bytes", report.bytes()},
                         {"macs_per_cycle", macs_per_cycle(report)},
                         {"compute_bound", compute_bound(soc)},
                         {"memory_bound", memory ? Json(*memory) : Json(nullptr)},
                         {"limited_by", limited_by(report)}});
  }
  return operators;
}

Json points_of(const SentenceReport& sentence) {
  Json points = Json::array();
  for (const PointReport& point : sentence.points)
    points.push_back({{"hertz", point.hertz}, {"volts", point.volts}});
  return points;
}

/// Null without a deadline.
Json deadline_of(const SentenceReport& sentence, const SocConfig& soc) {
  if (soc.exit.deadline_seconds == 0) return nullptr;
  return {{"seconds", soc.exit.deadline_seconds},
          {"missed", sentence.deadline_missed},
          {"infeasible", sentence.deadline_infeasible}};
}

Json sentence_of(const SentenceReport& sentence, std::size_t index, const RunReport& report) {
  const SocConfig& soc = report.soc;
  const energy::EnergyTable* table = report.energy_table ? &*report.energy_table : nullptr;
  return {{"index", index},
          {"text", sentence.text},
          {"task", report.tasks.at(sentence.task).name},
          {"label", sentence.label ? Json(*sentence.label) : Json(nullptr)},
          {"prediction", sentence.prediction},
          {"logits", sentence.logits},
          {"exit_layer", sentence.exit_layer},
          {"entropy", sentence.entropy},
          {"predicted_layer", sentence.predicted_layer ? Json(*sentence.predicted_layer) : Json(nullptr)},
          {"points", points_of(sentence)},
          {"deadline", deadline_of(sentence, soc)},
          {"tokens", sentence.tokens},
          {"cycles", sentence.cycles},
          {"seconds", sentence.seconds},
          {"instructions", sentence.instructions},
          {"units", units_of(sentence.units, sentence.cycles)},
          {"operators", operators_of(sentence.operators, soc)},
          {"energy", table == nullptr ? Json(nullptr) : energy_json(sentence.energy, *table)}};
}

Json cells_of(const char* region, const reram::CellUse& use) {
  return {{"region", region},
          {"cell", name_of(use.kind)},
          {"cells", use.cells},
          {"area_mm2", use.area_mm2},
          {"expected_faulty_cells", use.expected_faulty_cells}};
}

Json envm_of(const reram::MacroUse& use, reram::Ecc ecc) {
  return {
      {"ecc", ecc == reram::Ecc::none ? "none" : "secded"},
      {"area_mm2", use.area_mm2()},
      {"area_source", "density recalled from the paper"},
      {"expected_faulty_cells", use.expected_faulty_cells()},
      {"regions", {cells_of("masks", use.masks), cells_of("codes", use.codes), cells_of("free", use.free)}}};
}

Json counts_of(const reram::FaultCounts& counts) {
  return {{"cells", counts.cells},
          {"faulty_cells", counts.faulty_cells},
          {"flipped_bits", counts.flipped_bits},
          {"wrong_bits", counts.wrong_bits},
          {"corrected_words", counts.corrected_words},
          {"detected_words", counts.detected_words}};
}

/// Null if no faults are configured.
Json faults_of(const FaultReport& faults) {
  if (faults.empty()) return nullptr;
  Json json = counts_of(total_of(faults));
  json["regions"] = Json::array();
  for (const RegionFaults& region : faults) {
    Json row = {{"region", region.region}};
    row.update(counts_of(region.counts));
    json["regions"].push_back(std::move(row));
  }
  return json;
}

Json totals_of(const RunReport& report) {
  const std::optional<double> accuracy = report.accuracy();
  const std::vector<UnitReport> units = report.units();
  const energy::EnergyReport energy = report.energy();
  const energy::EnergyTable* table = report.energy_table ? &*report.energy_table : nullptr;
  return {{"sentences", report.sentences.size()},
          {"accuracy", accuracy ? Json(*accuracy) : Json(nullptr)},
          {"average_exit_layer", report.average_exit_layer()},
          {"missed_deadlines", report.missed_deadlines()},
          {"infeasible_deadlines", report.infeasible_deadlines()},
          {"cycles", report.cycles()},
          {"simulated_seconds", report.simulated_seconds()},
          {"instructions", report.instructions()},
          {"macs", counted(units, "macs")},
          {"energy_joules", table == nullptr ? Json(nullptr) : Json(energy.total().total())},
          {"area_mm2", table == nullptr ? Json(nullptr) : Json(report.area.total)},
          {"checks",
           {{"tensors_compared", report.checks.tensors_compared},
            {"mismatches", report.checks.mismatches},
            {"first_mismatch", report.checks.first.empty() ? Json(nullptr) : Json(report.checks.first)}}},
          {"faults", faults_of(report.faults)},
          {"units", units_of(units, report.cycles())},
          {"operators", operators_of(report.operators(), report.soc)},
          {"energy", table == nullptr ? Json(nullptr) : energy_json(energy, *table)}};
}

Json tasks_of(const RunReport& report) {
  Json tasks = Json::array();
  for (std::size_t task = 0; task < report.tasks.size(); ++task) {
    const std::optional<double> accuracy = report.accuracy(task);
    tasks.push_back({{"name", report.tasks[task].name},
                     {"labels", report.tasks[task].labels},
                     {"sentences", std::ranges::count(report.sentences, task, &SentenceReport::task)},
                     {"accuracy", accuracy ? Json(*accuracy) : Json(nullptr)}});
  }
  return tasks;
}

Json host_of(const RunReport& report) {
  Json seconds = Json::array();
  for (const SentenceReport& sentence : report.sentences) seconds.push_back(sentence.host_seconds);
  return {{"wall_seconds", report.wall_seconds},
          {"sentence_seconds", std::move(seconds)},
          {"peak_memory_mib", report.peak_memory_mib},
          {"program_hash", report.program_hash}};
}

Json configuration_of(const RunReport& report) {
  Json rows = Json::array();
  for (const ConfiguredValue& row : report.configuration)
    rows.push_back({{"key", row.key}, {"value", row.value}, {"origin", row.origin}});
  return rows;
}

/// Used bytes of a memory, by what they are.
Json memories_of(const std::vector<MemoryUse>& memories) {
  Json rows = Json::array();
  for (const MemoryUse& use : memories) {
    Json parts = Json::array();
    for (const MemoryPart& part : use.parts) parts.push_back({{"what", part.what}, {"bytes", part.bytes}});
    rows.push_back({{"memory", use.memory},
                    {"address", use.address ? Json(*use.address) : Json(nullptr)},
                    {"bytes", use.size},
                    {"used_bytes", use.used()},
                    {"parts", std::move(parts)}});
  }
  return rows;
}

Json exit_of(const SocConfig& soc) {
  const bool early = soc.exit.policy != mailbox::ExitPolicy::base && soc.exit.threshold > 0;
  return {
      {"threshold", soc.exit.threshold},
      {"early", early},
      {"deadline_seconds", soc.exit.deadline_seconds == 0 ? Json(nullptr) : Json(soc.exit.deadline_seconds)}};
}

}  // namespace

std::string json_of(const RunReport& report) {
  Json root = {
      {"schema", run_schema},
      {"version", program_version},
      {"config_hash", report.config_hash},
      {"model_hash", report.model_hash},
      {"firmware_hash", report.firmware_hash},
      {"predictor_hash", report.predictor_hash.empty() ? Json(nullptr) : Json(report.predictor_hash)},
      {"inputs_hash", report.inputs_hash},
      {"soc", report.soc.name},
      {"timing", config::timing_label(report.soc)},
      {"config", std::filesystem::path(report.config_file).filename().string()},
      {"configuration", configuration_of(report)},
      {"model",
       {{"file", report.model_file},
        {"layers", report.layers},
        {"hidden", report.hidden},
        {"heads", report.heads},
        {"sequence", report.sequence}}},
      {"exit", exit_of(report.soc)},
      {"hertz",
       {{"accelerator", report.soc.clocks.accelerator_hz},
        {"core", report.soc.clocks.core_hz},
        {"bus", report.soc.clocks.bus_hz}}},
      {"data_set", report.data_set},
      {"quantities",
       {{"cycles", "accelerator clock cycles"},
        {"busy_cycles", "accelerator clock cycles"},
        {"seconds", "simulated seconds"},
        {"entropy", "nats, one a computed layer"}}},
      {"energy", energy_head(report)},
      {"envm", envm_of(report.envm, report.soc.memory.envm_cells.ecc)},
      {"memories", memories_of(report.memories)},
      {"labels", report.tasks.at(0).labels},
      {"tasks", tasks_of(report)},
      {"sentences", Json::array()},
      {"totals", totals_of(report)},
      {"host", host_of(report)}};
  for (std::size_t i = 0; i < report.sentences.size(); ++i) {
    root["sentences"].push_back(sentence_of(report.sentences[i], i, report));
  }
  return html_safe_json(root.dump(2)) + "\n";
}

}  // namespace edgebert::sim
