// SPDX-License-Identifier: Apache-2.0
#include "sim/study/replayed.hpp"

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr double milli = 1e-3;
constexpr std::size_t short_hash = 12;

}  // namespace

Replayed replayed_of(const Json& report) {
  const Json& totals = report["totals"];
  if (totals["energy_joules"].is_null())
    throw Error(Failure::config, "study: the configuration names no energy table; give energy.table");
  const auto sentences = totals["sentences"].get<std::uint64_t>();
  const auto mean = [&](const char* name) {
    return totals[name].get<double>() / milli / static_cast<double>(sentences);
  };
  Replayed replayed{.exit_layer = totals["average_exit_layer"].get<double>(),
                    .milliseconds = mean("simulated_seconds"),
                    .soc = mean("energy_joules"),
                    .accelerator = mean("accelerator_joules"),
                    .busy_accelerator = mean("accelerator_joules") - mean("accelerator_idle_joules"),
                    .sentences = sentences,
                    .missed_deadlines = totals["missed_deadlines"].get<std::uint64_t>(),
                    .infeasible_deadlines = totals["infeasible_deadlines"].get<std::uint64_t>(),
                    .accelerator_of_each = {},
                    .exit_of_each = {}};
  for (const Json& sentence : report["sentences"]) {
    replayed.accelerator_of_each.push_back(sentence["accelerator_joules"].get<double>() / milli);
    replayed.exit_of_each.push_back(sentence["exit_layer"].get<std::uint64_t>());
  }
  return replayed;
}

ReplayRun sst2_replay(const std::string& name, const std::filesystem::path& model, const std::string& policy,
                      double threshold, std::vector<std::string> overrides) {
  overrides.push_back("exit.policy=" + policy);
  overrides.push_back(fmt::format("exit.threshold={}", threshold));
  return {name, model, StudyRuns::file("entropy_logs/sst2_dev_12layer_entropy.txt"),
          StudyRuns::file("entropy_logs/lut_sst2.csv"), std::move(overrides)};
}

std::string energy_label(const Json& report) {
  const Json& table = report["energy"]["table"];
  return fmt::format("energy table {} ({})", table["name"].get<std::string>(),
                     table["hash"].get<std::string>().substr(0, short_hash));
}

}  // namespace edgebert::sim
