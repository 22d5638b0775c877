// SPDX-License-Identifier: Apache-2.0
// Energy at a deadline: all layers, early exit as fast as possible, early exit as slowly as the deadline
// allows. Idle time up to the deadline counts for all of them.
#include <algorithm>

#include <fmt/format.h>

#include "sim/study/replayed.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned targets[] = {50, 75, 100};  ///< ms

/// Thresholds of equal rank in the published scripts: the second of three with and without prediction.
struct Setting {
  const char* policy;
  double threshold;
};
constexpr Setting settings[] = {{"base", 0}, {"ee", 0.28}, {"lai", 0.16}, {"lai-conservative", 0.16}};
constexpr std::size_t setting_count = std::size(settings);
enum { base, ee, lai, conservative };

/// Deadlines that leave a small network as much time as 50 ms leave ALBERT-base.
constexpr double quick_share = 0.02;

std::string deadline_of(unsigned target, bool quick) {
  return fmt::format("exit.deadline={} ms", quick ? target * quick_share : target);
}

StudyTable figures_of(const std::vector<Replayed>& results, const Json& report, const std::string& model) {
  StudyTable table{
      fmt::format("{}, mean of {} sentences of SST-2", model, results.front().sentences), {}, {}};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string configuration =
        fmt::format("{} ms, {} {}", targets[i / setting_count], settings[i % setting_count].policy,
                    settings[i % setting_count].threshold);
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, configuration, value, unit);
    };
    add("exit layer", results[i].exit_layer, "");
    add("latency", results[i].milliseconds, "ms");
    add("accelerator", results[i].accelerator, "mJ");
    add("SoC", results[i].soc, "mJ");
    add("missed", static_cast<double>(results[i].missed_deadlines), "");
    add("infeasible", static_cast<double>(results[i].infeasible_deadlines), "");
  }
  table.notes = {
      fmt::format("all layers take {:.3g} ms: a shorter deadline is infeasible for every sentence, and "
                  "lai-conservative hurries; 256 MACs a cycle alone bound ALBERT-base to 43.6 ms",
                  results[base].milliseconds),
      energy_label(report) + "; below 0.8 V the V/f table is assumed",
      "energy with the idle time up to the deadline, at the lowest point for policies that scale, at "
      "the top for the others"};
  return table;
}

/// "up to" of the published abstract is over all tasks and deadlines, ours over the deadlines of one task.
StudyTable ratios_of(const std::vector<Replayed>& results, bool quick) {
  StudyTable table{"accelerator's energy against lai", {}, {}};
  double best_base = 0, best_ee = 0;
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    const Replayed* at = &results[i * setting_count];
    const std::string configuration = fmt::format("{} ms", targets[i]);
    best_base = std::max(best_base, at[base].accelerator / at[lai].accelerator);
    best_ee = std::max(best_ee, at[ee].accelerator / at[lai].accelerator);
    table.add("base / lai", configuration, at[base].accelerator / at[lai].accelerator, "");
    table.add("ee / lai", configuration, at[ee].accelerator / at[lai].accelerator, "");
    table.add("ee / lai-conservative", configuration, at[ee].accelerator / at[conservative].accelerator, "");
  }
  if (quick) return table;
  const std::string source = "abstract of arXiv 2011.14203v5: \"up to\", over four tasks";
  const auto best = [&](const char* quantity, double ratio, double published, const char* note) {
    table.add(quantity, "best deadline", ratio, "", {published, Provenance::seen, source}, note);
  };
  best("base / lai", best_base, 7,
       "ours is SST-2 alone on a random dense model, and counts leakage up to the deadline; V/f below 0.8 V "
       "and the "
       "split of power are assumed");
  best("ee / lai", best_ee, 2.5,
       "(0.8 V / 0.5 V)^2 = 2.56 bounds what voltage alone saves; the first layer runs at 0.8 V, and leakage "
       "goes on");
  return table;
}

/// Sentences that leave behind the same layer under both policies, by who took less.
StudyTable pairs_of(const std::vector<Replayed>& early, const std::vector<Replayed>& aware) {
  StudyTable table{"ee and lai at one threshold, 0.16: sentences that leave behind the same layer", {}, {}};
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    double same = 0, less = 0;
    for (std::size_t k = 0; k < early[i].exit_of_each.size(); ++k) {
      if (early[i].exit_of_each[k] != aware[i].exit_of_each[k]) continue;
      ++same;
      if (aware[i].accelerator_of_each[k] < early[i].accelerator_of_each[k]) ++less;
    }
    const std::string configuration = fmt::format("{} ms", targets[i]);
    table.add("same layer", configuration, same, "");
    table.add("lai takes less", configuration, less, "");
    table.add("exceptions", configuration, same - less, "");
  }
  table.notes = {
      "an exception is a sentence that leaves so early, or has so little time left, that lai stays at the "
      "top as ee does and pays for its changes of voltage besides"};
  return table;
}

}  // namespace

std::vector<StudyTable> latency_targets_study(StudyRuns& runs) {
  const auto models = runs.make({{"dense", {"--embedding-sparsity=0.6"}, {}}});
  std::vector<ReplayRun> replays;
  const auto add = [&](const char* policy, double threshold, unsigned target) {
    replays.push_back(sst2_replay(fmt::format("{}-{}-{}ms", policy, threshold, target), models[0], policy,
                                  threshold, {deadline_of(target, runs.quick())}));
  };
  for (const unsigned target : targets) {
    for (const Setting& setting : settings) add(setting.policy, setting.threshold, target);
  }
  for (const unsigned target : targets) add("ee", settings[lai].threshold, target);
  const std::vector<Json> reports = runs.run(replays);
  std::vector<Replayed> results;
  for (const Json& report : reports) results.push_back(replayed_of(report));
  const auto early_begin = results.begin() + static_cast<std::ptrdiff_t>(std::size(targets) * setting_count);
  const std::vector<Replayed> early(early_begin, results.end());
  results.erase(early_begin, results.end());
  std::vector<Replayed> aware;
  for (std::size_t i = 0; i < std::size(targets); ++i) aware.push_back(results[i * setting_count + lai]);
  return {figures_of(results, reports.front(), runs.quick() ? "small network" : "ALBERT-base, dense"),
          ratios_of(results, runs.quick()), pairs_of(early, aware)};
}

}  // namespace edgebert::sim
