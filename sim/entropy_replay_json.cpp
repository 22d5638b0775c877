// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "platform/config/timing_preset.hpp"
#include "sim/entropy_replay.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

Json optional_of(const auto& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json sentence_of(const ReplayedSentence& sentence, std::size_t index) {
  return {{"index", index},
          {"exit_layer", sentence.exit_layer},
          {"predicted_layer", optional_of(sentence.predicted_layer)},
          {"seconds", sentence.seconds},
          {"exit_hertz", sentence.kilohertz.empty() ? 0 : sentence.kilohertz.back() * 1e3},
          {"deadline_missed", sentence.deadline_missed},
          {"deadline_infeasible", sentence.deadline_infeasible},
          {"energy_joules", sentence.energy ? Json(sentence.energy->soc) : Json(nullptr)},
          {"accelerator_joules", sentence.energy ? Json(sentence.energy->accelerator) : Json(nullptr)},
          {"idle_joules", sentence.energy ? Json(sentence.energy->idle) : Json(nullptr)}};
}

Json costs_of(const EntropyReplayReport& report) {
  Json costs = Json::array();
  for (const LayerCost& cost : report.costs) {
    costs.push_back({{"hertz", cost.kilohertz * 1e3},
                     {"volts", cost.microvolts / 1e6},
                     {"seconds", cost.core_cycles / report.soc.clocks.core_hz},
                     {"cycles", cost.test_cycles}});
  }
  return costs;
}

Json json_of(const Distribution& distribution) {
  return {{"mean", distribution.mean},
          {"least", distribution.least},
          {"median", distribution.median},
          {"ninth_decile", distribution.ninth_decile},
          {"most", distribution.most}};
}

Json energy_of(const EntropyReplayReport& report) {
  if (!report.energy_table || !report.spread) return nullptr;
  return {{"table", {{"name", report.energy_table->name()}, {"hash", report.energy_table->hash()}}},
          {"layer_joules",
           {{"mean", report.spread->mean}, {"least", report.spread->least}, {"most", report.spread->most}}}};
}

}  // namespace

std::string json_of(const EntropyReplayReport& report) {
  const SocConfig::Exit& exit = report.soc.exit;
  const std::optional<SentenceJoules> energy = report.energy();
  const std::optional<Distribution> energies = report.energies();
  Json root = {
      {"schema", entropy_replay_schema},
      {"version", program_version},
      {"config_hash", report.config_hash},
      {"model_hash", report.model_hash},
      {"firmware_hash", report.firmware_hash},
      {"predictor_hash", report.predictor_hash.empty() ? Json(nullptr) : Json(report.predictor_hash)},
      {"entropies_hash", report.entropies_hash},
      {"soc", report.soc.name},
      {"timing", config::timing_label(report.soc)},
      {"source", entropy_source},
      {"policy", policy_name(exit.policy)},
      {"threshold", exit.threshold},
      {"predict_layer", exit.predict_layer},
      {"deadline_seconds", exit.deadline_seconds == 0 ? Json(nullptr) : Json(exit.deadline_seconds)},
      {"layer_costs", costs_of(report)},
      {"energy", energy_of(report)},
      {"sentences", Json::array()},
      {"totals",
       {{"sentences", report.sentences.size()},
        {"average_exit_layer", report.average_exit_layer()},
        {"exit_histogram", report.exit_histogram()},
        {"simulated_seconds", report.simulated_seconds()},
        {"energy_joules", energy ? Json(energy->soc) : Json(nullptr)},
        {"accelerator_joules", energy ? Json(energy->accelerator) : Json(nullptr)},
        {"idle_joules", energy ? Json(energy->idle) : Json(nullptr)},
        {"accelerator_idle_joules", energy ? Json(energy->accelerator_idle) : Json(nullptr)},
        {"sentence_seconds", json_of(report.latencies())},
        {"sentence_joules", energies ? json_of(*energies) : Json(nullptr)},
        {"missed_deadlines", report.missed_deadlines()},
        {"infeasible_deadlines", report.infeasible_deadlines()},
        {"disagreements_with_golden", report.disagreements}}},
      {"host", {{"wall_seconds", report.wall_seconds}}}};
  for (std::size_t i = 0; i < report.sentences.size(); ++i)
    root["sentences"].push_back(sentence_of(report.sentences[i], i));
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgebert::sim
