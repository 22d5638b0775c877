// SPDX-License-Identifier: Apache-2.0
#include "sim/sentence_replay.hpp"

#include <algorithm>

namespace edgebert::sim {
namespace {

ReplayedSentence sentence_of(const SentenceResult& answer) {
  const mailbox::Result& result = answer.result;
  ReplayedSentence sentence;
  sentence.exit_layer = result.exit_layer;
  if (result.predicted_layer != 0) sentence.predicted_layer = result.predicted_layer;
  sentence.seconds = answer.seconds;
  sentence.deadline_missed = answer.deadline_missed;
  sentence.deadline_infeasible = (result.flags & mailbox::result_flags::deadline_infeasible) != 0;
  for (std::uint32_t layer = 0; layer < result.layers; ++layer)
    sentence.kilohertz.push_back(result.layer[layer].frequency);
  return sentence;
}

}  // namespace

SentenceReplay::SentenceReplay(Platform& platform, const SocConfig& config)
    : platform_(platform),
      deadline_seconds_(config.exit.deadline_seconds),
      costs_(platform, static_cast<std::uint32_t>(config.clocks.core_hz / 1000)) {}

ReplayedSentence SentenceReplay::run(const std::vector<std::uint32_t>& entropies) {
  for (;;) {
    mailbox::Replay recorded = costs_.replay();
    std::copy(entropies.begin(), entropies.end(), recorded.entropy);
    const ReplayOutcome outcome = platform_.replay(recorded);
    if (outcome.missing_frequency) {
      costs_.at(*outcome.missing_frequency);
      continue;
    }
    ReplayedSentence sentence = sentence_of(outcome.sentence);
    if (platform_.reports_energy()) sentence.energy = joules_of(outcome.sentence, sentence);
    return sentence;
  }
}

SentenceJoules SentenceReplay::joules_of(const SentenceResult& answer, const ReplayedSentence& sentence) {
  const double left = std::max(0.0, deadline_seconds_ - sentence.seconds);
  const energy::DomainJoules idle = platform_.idle_energy(left).by_domain();
  energy::DomainJoules sum = answer.energy.by_domain(
      [&](const energy::EnergyRow& row) { return row.layer <= answer.energy.layers; });
  sum += costs_.work(sentence.kilohertz);
  sum += idle;
  return {.soc = total_of(sum),
          .accelerator = accelerator_total_of(sum),
          .idle = total_of(idle),
          .accelerator_idle = accelerator_total_of(idle)};
}

}  // namespace edgebert::sim
