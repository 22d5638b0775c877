// SPDX-License-Identifier: Apache-2.0
#include "sim/entropy_replay.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platform/config/quantity.hpp"
#include "platform/config/schema.hpp"
#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned bar_width = 40;
constexpr std::size_t short_hash = 12;

std::string policy_name(mailbox::ExitPolicy policy) {
  SocConfig config;
  config.exit.policy = policy;
  const auto keys = config::schema();
  return config::text_of(*std::ranges::find(keys, std::string("exit.policy"), &config::Key::path), config);
}

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
          {"energy_joules", optional_of(sentence.energy_joules)}};
}

Json costs_of(const EntropyReplayReport& report) {
  Json costs = Json::array();
  for (const LayerCost& cost : report.costs) {
    costs.push_back({{"hertz", cost.kilohertz * 1e3},
                     {"volts", cost.microvolts * 1e-6},
                     {"seconds", cost.core_cycles / report.soc.clocks.core_hz},
                     {"cycles", cost.test_cycles}});
  }
  return costs;
}

}  // namespace

double EntropyReplayReport::average_exit_layer() const {
  std::uint64_t sum = 0;
  for (const ReplayedSentence& sentence : sentences) sum += sentence.exit_layer;
  return sentences.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(sentences.size());
}

std::vector<std::uint64_t> EntropyReplayReport::exit_histogram() const {
  std::vector<std::uint64_t> counts(layers);
  for (const ReplayedSentence& sentence : sentences) ++counts.at(sentence.exit_layer - 1);
  return counts;
}

double EntropyReplayReport::simulated_seconds() const {
  double sum = 0;
  for (const ReplayedSentence& sentence : sentences) sum += sentence.seconds;
  return sum;
}

std::optional<double> EntropyReplayReport::energy_joules() const {
  double sum = 0;
  for (const ReplayedSentence& sentence : sentences) {
    if (!sentence.energy_joules) return std::nullopt;
    sum += *sentence.energy_joules;
  }
  return sum;
}

std::size_t EntropyReplayReport::missed_deadlines() const {
  return static_cast<std::size_t>(std::ranges::count(sentences, true, &ReplayedSentence::deadline_missed));
}

std::size_t EntropyReplayReport::infeasible_deadlines() const {
  return static_cast<std::size_t>(
      std::ranges::count(sentences, true, &ReplayedSentence::deadline_infeasible));
}

double EntropyReplayReport::latency_quantile(double share) const {
  std::vector<double> seconds;
  for (const ReplayedSentence& sentence : sentences) seconds.push_back(sentence.seconds);
  std::ranges::sort(seconds);
  const auto last = static_cast<double>(seconds.size() - 1);
  return seconds.at(static_cast<std::size_t>(std::lround(share * last)));
}

std::string json_of(const EntropyReplayReport& report) {
  const SocConfig::Exit& exit = report.soc.exit;
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
      {"sentences", Json::array()},
      {"totals",
       {{"sentences", report.sentences.size()},
        {"average_exit_layer", report.average_exit_layer()},
        {"exit_histogram", report.exit_histogram()},
        {"simulated_seconds", report.simulated_seconds()},
        {"energy_joules", optional_of(report.energy_joules())},
        {"missed_deadlines", report.missed_deadlines()},
        {"infeasible_deadlines", report.infeasible_deadlines()},
        {"disagreements_with_golden", report.disagreements}}},
      {"host", {{"wall_seconds", report.wall_seconds}}}};
  for (std::size_t i = 0; i < report.sentences.size(); ++i)
    root["sentences"].push_back(sentence_of(report.sentences[i], i));
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

class ReplayText {
 public:
  ReplayText(const EntropyReplayReport& report, const Style& style) : report_(report), style_(style) {}

  std::string render() {
    header();
    exits();
    latencies();
    costs();
    verdict();
    return std::move(text_);
  }

 private:
  void field(const char* name, const std::string& value) {
    text_ += fmt::format("{}  {}\n", dim(fmt::format("{:<9}", name), style_), value);
  }

  void header() {
    const SocConfig& soc = report_.soc;
    field("SoC", fmt::format("{}, n = {}, {}", bold(printable(soc.name), style_), soc.pu.vmac_lanes,
                             config::timing_label(soc)));
    field("config",
          fmt::format("{} ({})", printable(report_.config_file), report_.config_hash.substr(0, short_hash)));
    field("model",
          fmt::format("{} ({})", printable(report_.model_file), report_.model_hash.substr(0, short_hash)));
    field("entropies", fmt::format("{} ({})", printable(report_.entropies_file),
                                   report_.entropies_hash.substr(0, short_hash)));
    for (const std::string& part : wrap(entropy_source, 84)) field("", part);
    const std::string predicted = mailbox::predicts(soc.exit.policy)
                                      ? fmt::format(", predicted behind layer {}", soc.exit.predict_layer)
                                      : "";
    const std::string deadline = soc.exit.deadline_seconds == 0
                                     ? ", no deadline"
                                     : fmt::format(", deadline {}", duration(soc.exit.deadline_seconds));
    field("policy", fmt::format("{}, threshold {} nat{}{}", bold(policy_name(soc.exit.policy), style_),
                                soc.exit.threshold, predicted, deadline));
    text_ += "\n";
  }

  void exits() {
    const std::size_t count = report_.sentences.size();
    field("exit", fmt::format("after layer {} of {} on average, {} sentences",
                              bold(fmt::format("{:.2f}", report_.average_exit_layer()), style_),
                              report_.layers, grouped(count)));
    text_ += fmt::format("\n{}\n", dim("  layer   sentences that left", style_));
    std::uint32_t layer = 0;
    for (const std::uint64_t left : report_.exit_histogram()) {
      const double share = static_cast<double>(left) / static_cast<double>(count);
      text_ += fmt::format("  {:>5}  {:>10}  {:>5.1f} %  {}\n", ++layer, grouped(left), 100 * share,
                           bar(share, bar_width, style_));
    }
    text_ += "\n";
  }

  void latencies() {
    const auto count = static_cast<double>(report_.sentences.size());
    field("latency",
          fmt::format("mean {}, least {}, median {}, 90 % {}, most {}",
                      duration(report_.simulated_seconds() / count), duration(report_.latency_quantile(0)),
                      duration(report_.latency_quantile(0.5)), duration(report_.latency_quantile(0.9)),
                      duration(report_.latency_quantile(1))));
    if (report_.soc.exit.deadline_seconds != 0) {
      field("deadline", fmt::format("{} of {} sentences missed it, {} found it infeasible",
                                    grouped(report_.missed_deadlines()), grouped(report_.sentences.size()),
                                    grouped(report_.infeasible_deadlines())));
    }
    if (const auto energy = report_.energy_joules()) {
      field("energy", fmt::format("{:.6g} J, {:.4g} mJ a sentence", *energy, 1e3 * *energy / count));
    }
    text_ += "\n";
  }

  void costs() {
    const std::string head =
        fmt::format("  {:>12}{:>11}{:>14}{:>16}", "frequency", "supply", "a layer", "its cycles");
    text_ += fmt::format("{}\n", dim(head, style_));
    for (const LayerCost& cost : report_.costs) {
      text_ +=
          fmt::format("  {:>8.3f} MHz{:>9.3f} V{:>14}{:>16}\n", cost.kilohertz * 1e-3, cost.microvolts * 1e-6,
                      duration(cost.core_cycles / report_.soc.clocks.core_hz), grouped(cost.test_cycles));
    }
    text_ += "\n";
  }

  void verdict() {
    field("check", report_.disagreements == 0
                       ? green(fmt::format("{} exits compared with golden's rules, all equal",
                                           grouped(report_.sentences.size())),
                               style_)
                       : red(fmt::format("{} exits differ from golden's rules, the first in sentence {}",
                                         grouped(report_.disagreements), *report_.first + 1),
                             style_));
    field("host", fmt::format("{} wall time", duration(report_.wall_seconds)));
  }

  const EntropyReplayReport& report_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string text_of(const EntropyReplayReport& report, const Style& style) {
  return ReplayText(report, style).render();
}

}  // namespace edgebert::sim
