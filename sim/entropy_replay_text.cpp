// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "sim/energy_text.hpp"
#include "sim/entropy_replay.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

constexpr unsigned bar_width = 40;
constexpr std::size_t short_hash = 12;

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
    distribution("latency", report_.latencies(), duration);
    if (report_.soc.exit.deadline_seconds != 0) {
      field("deadline", fmt::format("{} of {} sentences missed it, {} found it infeasible",
                                    grouped(report_.missed_deadlines()), grouped(report_.sentences.size()),
                                    grouped(report_.infeasible_deadlines())));
    }
    if (const auto energy = report_.energy()) {
      distribution("energy", *report_.energies(), joules);
      field("", fmt::format("of the mean, accelerator's domain {}, idle up to the deadline {}",
                            joules(energy->accelerator / count), joules(energy->idle / count)));
      const LayerSpread& spread = *report_.spread;
      field("", fmt::format(
                    "the mean layer's {} at the top frequency count: the dearest takes {:.2g} % more than "
                    "the cheapest, by gated MACs",
                    joules(spread.mean), 100 * (spread.most / spread.least - 1)));
    }
    text_ += "\n";
  }

  void distribution(const char* name, const Distribution& values, std::string (*format)(double)) {
    field(name, fmt::format("mean {}, least {}, median {}, 90 % {}, most {}", format(values.mean),
                            format(values.least), format(values.median), format(values.ninth_decile),
                            format(values.most)));
  }

  void costs() {
    const std::string head =
        fmt::format("  {:>12}{:>11}{:>14}{:>16}", "frequency", "supply", "a layer", "its cycles");
    text_ += fmt::format("{}\n", dim(head, style_));
    for (const LayerCost& cost : report_.costs) {
      text_ +=
          fmt::format("  {:>8.3f} MHz{:>9.3f} V{:>14}{:>16}\n", cost.kilohertz * 1e-3, cost.microvolts / 1e6,
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
