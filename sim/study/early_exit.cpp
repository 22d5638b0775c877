// SPDX-License-Identifier: Apache-2.0
// Average exit layer, latency and energy over the threshold, on recorded entropies of SST-2.
#include <fmt/format.h>

#include "sim/study/replayed.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

/// A threshold the published scripts evaluate, and the average the released log has under their rule.
struct Setting {
  const char* policy;
  double threshold;
  double published;
};

constexpr Setting settings[] = {
    {"base", 0, 12},
    {"ee", 0.23, 4.30},
    {"ee", 0.28, 3.94},
    {"ee", 0.46, 2.70},
    {"lai", 0.09, 5.25},
    {"lai", 0.16, 3.90},
    {"lai", 0.28, 3.05},
    {"lai-predicted", 0.09, 7.78},
    {"lai-predicted", 0.16, 4.91},
    {"lai-predicted", 0.28, 3.65},
};

std::string label_of(const Setting& setting) {
  return setting.threshold == 0 ? setting.policy
                                : fmt::format("{} {:.2f}", setting.policy, setting.threshold);
}

Published published_of(const Setting& setting, bool quick) {
  if (quick || setting.threshold == 0) return {};
  if (setting.policy == std::string("lai") && setting.threshold == 0.16)
    return {setting.published, Provenance::seen, "ISSCC 2023 22.9: average exit layer of SST-2"};
  return {setting.published, Provenance::measured,
          "released log of 872 sentences, by the published software's rule"};
}

StudyTable exits_of(const std::vector<Replayed>& results, bool quick) {
  StudyTable table{"average exit layer of SST-2, by policy and threshold in nats", {}, {}};
  for (std::size_t i = 0; i < results.size(); ++i)
    table.add("exit layer", label_of(settings[i]), results[i].exit_layer, "",
              published_of(settings[i], quick));
  table.notes = {
      "firmware decides, on entropies that enter through the early-exit unit's test registers; golden's "
      "rules decide a second time, and any difference fails the study"};
  return table;
}

StudyTable costs_of(const std::vector<Replayed>& results, const Json& report, bool quick) {
  StudyTable table{fmt::format("{}, mean of {} sentences, no deadline",
                               quick ? "small network" : "ALBERT-base, dense", results.front().sentences),
                   {},
                   {}};
  const Replayed& base = results.front();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Replayed& result = results[i];
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, label_of(settings[i]), value, unit);
    };
    add("exit layer", result.exit_layer, "");
    add("latency", result.milliseconds, "ms");
    add("accelerator", result.accelerator, "mJ");
    add("SoC", result.soc, "mJ");
    add("base / latency", base.milliseconds / result.milliseconds, "");
    add("base / accelerator", base.accelerator / result.accelerator, "");
  }
  table.notes = {energy_label(report) +
                     ": most of its accelerator rows are recalled or assumed; ratios rest on them less",
                 "joules a sentence at these thresholds: published values not available"};
  return table;
}

}  // namespace

std::vector<StudyTable> early_exit_study(StudyRuns& runs) {
  const auto models = runs.make({{"dense", {"--embedding-sparsity=0.6"}, {}}});
  std::vector<ReplayRun> replays;
  for (const Setting& setting : settings)
    replays.push_back(sst2_replay(fmt::format("{}-{}", setting.policy, setting.threshold), models[0],
                                  setting.policy, setting.threshold));
  const std::vector<Json> reports = runs.run(replays);
  std::vector<Replayed> results;
  for (const Json& report : reports) results.push_back(replayed_of(report));
  return {exits_of(results, runs.quick()), costs_of(results, reports.front(), runs.quick())};
}

}  // namespace edgebert::sim
