// SPDX-License-Identifier: Apache-2.0
// Energy at a deadline: all layers, early exit as fast as possible, early exit as slowly as the deadline
// allows; on the dense model and on the paper's sparse one. Idle time up to the deadline counts for all of
// them.
#include <algorithm>

#include <fmt/format.h>

#include "sim/study/optimised.hpp"
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

/// A model at every deadline under every policy.
struct Workload {
  std::string name;
  std::string ratio_note;         ///< what besides the model keeps base / lai from the published one
  std::vector<Replayed> results;  ///< targets, of each the settings
  std::vector<Replayed> early;    ///< ee at lai's threshold, by target
  const Replayed& at(std::size_t target, std::size_t setting) const {
    return results[target * setting_count + setting];
  }
};

/// Which targets all layers at the top frequency meet.
std::string feasible_targets(const Workload& workload) {
  std::string feasible, infeasible;
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    std::string& text = workload.at(i, base).infeasible_deadlines == 0 ? feasible : infeasible;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", targets[i]);
  }
  const std::string layers = fmt::format("all layers take {:.3g} ms", workload.at(0, base).milliseconds);
  if (infeasible.empty()) return layers + ": every deadline is feasible";
  return fmt::format("{}: {} ms are infeasible for every sentence, and lai-conservative hurries; {}", layers,
                     infeasible, feasible.empty() ? "none is feasible" : feasible + " ms are feasible");
}

StudyTable figures_of(const Workload& workload, const Json& report) {
  StudyTable table{
      fmt::format("{}, mean of {} sentences of SST-2", workload.name, workload.results.front().sentences),
      {},
      {}};
  for (std::size_t i = 0; i < workload.results.size(); ++i) {
    const Replayed& result = workload.results[i];
    const std::string configuration =
        fmt::format("{} ms, {} {}", targets[i / setting_count], settings[i % setting_count].policy,
                    settings[i % setting_count].threshold);
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, configuration, value, unit);
    };
    add("exit layer", result.exit_layer, "");
    add("latency", result.milliseconds, "ms");
    add("accelerator", result.accelerator, "mJ");
    add("SoC", result.soc, "mJ");
    add("missed", static_cast<double>(result.missed_deadlines), "");
    add("infeasible", static_cast<double>(result.infeasible_deadlines), "");
  }
  table.notes = {feasible_targets(workload), "256 MACs a cycle alone bound dense ALBERT-base to 43.6 ms",
                 energy_label(report) + "; below 0.8 V the V/f table is assumed",
                 "energy with the idle time up to the deadline, at the lowest point for policies that scale, "
                 "at the top for the others"};
  return table;
}

/// "up to" of the published abstract is over all tasks and deadlines, ours over the deadlines of one task.
StudyTable ratios_of(const Workload& workload, bool quick) {
  StudyTable table{workload.name + ": accelerator's energy against lai", {}, {}};
  double best_base = 0, best_ee = 0;
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    const auto against = [&](std::size_t setting, std::size_t other) {
      return workload.at(i, setting).accelerator / workload.at(i, other).accelerator;
    };
    const std::string configuration = fmt::format("{} ms", targets[i]);
    best_base = std::max(best_base, against(base, lai));
    best_ee = std::max(best_ee, against(ee, lai));
    table.add("base / lai", configuration, against(base, lai), "");
    table.add("ee / lai", configuration, against(ee, lai), "");
    table.add("ee / lai-conservative", configuration, against(ee, conservative), "");
  }
  if (quick) return table;
  const std::string source = "abstract of arXiv 2011.14203v5: \"up to\", over four tasks";
  const auto best = [&](const char* quantity, double ratio, double published, const std::string& note) {
    table.add(quantity, "best deadline", ratio, "", {published, Provenance::seen, source}, note);
  };
  best("base / lai", best_base, 7, workload.ratio_note);
  best("ee / lai", best_ee, 2.5,
       "(0.8 V / 0.5 V)^2 = 2.56 bounds what voltage alone saves; the first layer runs at 0.8 V, and leakage "
       "goes on");
  return table;
}

/// Sentences that leave behind the same layer under both policies, by who took less.
StudyTable pairs_of(const Workload& workload) {
  StudyTable table{workload.name + ": same layer with ee and lai, both at 0.16", {}, {}};
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    const Replayed& early = workload.early[i];
    const Replayed& aware = workload.at(i, lai);
    double same = 0, less = 0;
    for (std::size_t k = 0; k < early.exit_of_each.size(); ++k) {
      if (early.exit_of_each[k] != aware.exit_of_each[k]) continue;
      ++same;
      if (aware.accelerator_of_each[k] < early.accelerator_of_each[k]) ++less;
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
  const auto models = runs.make(
      {{"dense", {fmt::format("--embedding-sparsity={}", embedding_sparsity)}, {}}, optimised_model(sst2)});
  std::vector<ReplayRun> replays;
  const auto add = [&](std::size_t model, const char* policy, double threshold, unsigned target) {
    replays.push_back(
        sst2_replay(fmt::format("{}-{}-{}-{}ms", models[model].stem().string(), policy, threshold, target),
                    models[model], policy, threshold, {deadline_of(target, runs.quick())}));
  };
  for (std::size_t model = 0; model < models.size(); ++model) {
    for (const unsigned target : targets) {
      for (const Setting& setting : settings) add(model, setting.policy, setting.threshold, target);
    }
    for (const unsigned target : targets) add(model, "ee", settings[lai].threshold, target);
  }
  const std::vector<Json> reports = runs.run(replays);
  const std::string network = runs.quick() ? "small network" : "ALBERT-base";
  const std::string common =
      "ours is SST-2 alone on random weights, and counts leakage up to the deadline; V/f below 0.8 V and the "
      "split of power are assumed";
  Workload workloads[] = {
      {network + ", dense", common, {}, {}},
      {network + ", SST-2's spans, encoder 50 % zeros", common + "; spans recalled", {}, {}}};
  std::vector<StudyTable> tables;
  auto next = reports.begin();
  for (Workload& workload : workloads) {
    for (std::size_t i = 0; i < std::size(targets) * setting_count; ++i)
      workload.results.push_back(replayed_of(*next++));
    for (std::size_t i = 0; i < std::size(targets); ++i) workload.early.push_back(replayed_of(*next++));
    tables.push_back(figures_of(workload, reports.front()));
    tables.push_back(ratios_of(workload, runs.quick()));
    tables.push_back(pairs_of(workload));
  }
  return tables;
}

}  // namespace edgebert::sim
