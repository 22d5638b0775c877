// SPDX-License-Identifier: Apache-2.0
#include "sim/entropy_replay.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "platform/config/schema.hpp"
#include "platform/config/text.hpp"

namespace edgebert::sim {

std::string policy_name(mailbox::ExitPolicy policy) {
  SocConfig config;
  config.exit.policy = policy;
  const auto keys = config::schema();
  return config::text_of(*std::ranges::find(keys, std::string("exit.policy"), &config::Key::path), config);
}

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

std::optional<SentenceJoules> EntropyReplayReport::energy() const {
  SentenceJoules sum;
  for (const ReplayedSentence& sentence : sentences) {
    if (!sentence.energy) return std::nullopt;
    sum.soc += sentence.energy->soc;
    sum.accelerator += sentence.energy->accelerator;
    sum.idle += sentence.energy->idle;
    sum.accelerator_idle += sentence.energy->accelerator_idle;
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

Distribution EntropyReplayReport::latencies() const {
  std::vector<double> seconds;
  for (const ReplayedSentence& sentence : sentences) seconds.push_back(sentence.seconds);
  return distribution_of(std::move(seconds));
}

std::optional<Distribution> EntropyReplayReport::energies() const {
  std::vector<double> joules;
  for (const ReplayedSentence& sentence : sentences) {
    if (!sentence.energy) return std::nullopt;
    joules.push_back(sentence.energy->soc);
  }
  return distribution_of(std::move(joules));
}

Distribution distribution_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto quantile = [&](double share) {
    return values.at(static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1))));
  };
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {.mean = sum / static_cast<double>(values.size()),
          .least = values.front(),
          .median = quantile(0.5),
          .ninth_decile = quantile(0.9),
          .most = values.back()};
}

}  // namespace edgebert::sim
