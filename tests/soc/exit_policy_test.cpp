// SPDX-License-Identifier: Apache-2.0
// Exit policies on the platform: bit for bit golden's exits, deadlines kept, and a replay of the same
// entropies that takes as long as the sentence itself.
#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "contract/formats.hpp"
#include "sim/exit_table.hpp"
#include "sim/layer_cost.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;
using mailbox::ExitPolicy;

namespace {

/// Made for another model of as many layers: predictions that are often wrong, which a policy must bear.
ExitPredictor foreign_table() {
  return sim::read_exit_table(EDGEBERT_SOURCE_DIR "/tests/data/entropy_logs/lut_sst2.csv", 1, 12);
}

SocConfig configured(ExitPolicy policy, double threshold, double deadline_seconds) {
  SocConfig config;
  config.exit.policy = policy;
  config.exit.threshold = threshold;
  config.exit.deadline_seconds = deadline_seconds;
  return config;
}

struct Row {
  std::uint32_t exit_layer, predicted_layer, last_kilohertz;
  double seconds;
  std::uint32_t layer_ticks;  ///< core cycles of all layers
  bool missed, infeasible;
};

std::string line_of(const SentenceResult& answer) {
  const mailbox::Result& result = answer.result;
  return fmt::format("{} {} {} {:.12e} {} {} {}\n", result.exit_layer, result.predicted_layer,
                     result.layer[result.layers - 1].frequency, answer.seconds,
                     result.layer[result.layers - 1].end - result.embedding_end,
                     static_cast<int>(answer.deadline_missed),
                     result.flags & mailbox::result_flags::deadline_infeasible);
}

std::vector<Row> rows_of(const std::string& text) {
  INFO(text);
  REQUIRE(text.rfind("error", 0) != 0);
  std::istringstream lines(text);
  std::vector<Row> rows;
  for (Row row{}; lines >> row.exit_layer >> row.predicted_layer >> row.last_kilohertz >> row.seconds >>
                  row.layer_ticks >> row.missed >> row.infeasible;)
    rows.push_back(row);
  return rows;
}

const std::vector<Tokens>& sentences() {
  static const std::vector<Tokens> all = dev_sentences({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  return all;
}

/// Sentences the long way.
std::vector<Row> run(const SocConfig& config) {
  return rows_of(in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), foreign_table());
    std::string text;
    for (const Tokens& tokens : sentences())
      text += line_of(platform.classify(tokens, static_cast<std::uint32_t>(tokens.size())));
    platform.shut_down();
    return text;
  }));
}

/// Entropies of all layers, recorded on the platform.
std::vector<std::vector<std::uint32_t>> recorded() {
  const std::string text = in_child([] {
    Platform platform(configured(ExitPolicy::base, 0, 0), shipped_image(), shipped_firmware());
    std::string words;
    for (const Tokens& tokens : sentences()) {
      const auto answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      for (std::uint32_t layer = 0; layer < 12; ++layer)
        words += fmt::format("{} ", answer.result.entropy[layer]);
    }
    return words;
  });
  std::istringstream words(text);
  std::vector<std::vector<std::uint32_t>> entropies(sentences().size(), std::vector<std::uint32_t>(12));
  for (auto& sentence : entropies) {
    for (std::uint32_t& word : sentence) REQUIRE(words >> word);
  }
  return entropies;
}

std::vector<Row> replay(const SocConfig& config, const std::vector<std::vector<std::uint32_t>>& entropies) {
  return rows_of(in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), foreign_table());
    sim::LayerCosts costs(platform, 500'000);
    std::string text;
    for (const auto& sentence : entropies) {
      for (;;) {
        mailbox::Replay job = costs.replay();
        std::copy(sentence.begin(), sentence.end(), job.entropy);
        const ReplayOutcome outcome = platform.replay(job);
        if (!outcome.missing_frequency) {
          text += line_of(outcome.sentence);
          break;
        }
        costs.at(*outcome.missing_frequency);
      }
    }
    platform.shut_down();
    return text;
  }));
}

}  // namespace

TEST_CASE("exit policies: golden's exits, deadlines kept, slower where a prediction leaves time") {
  const auto entropies = recorded();
  const golden::PredictionTable table = sim::golden_table(foreign_table());
  const std::uint32_t threshold = std::lround(0.3 * (1 << entropy_fraction_bits));
  // All layers take 4.4 ms at the top.
  for (const ExitPolicy policy : {ExitPolicy::base, ExitPolicy::ee, ExitPolicy::lai,
                                  ExitPolicy::lai_predicted, ExitPolicy::lai_conservative}) {
    INFO("policy " << static_cast<int>(policy));
    const std::vector<Row> rows = run(configured(policy, 0.3, 6e-3));
    REQUIRE(rows.size() == entropies.size());
    bool slowed = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto expected = golden::exit_decision(policy, entropies[i], threshold, 1, table);
      CHECK(rows[i].exit_layer == expected.exit_layer);
      CHECK(rows[i].predicted_layer == expected.predicted_layer.value_or(0));
      CHECK_FALSE(rows[i].missed);
      CHECK_FALSE(rows[i].infeasible);
      slowed |= rows[i].last_kilohertz < 1'000'000;
    }
    CHECK(slowed == mailbox::predicts(policy));
  }
}

TEST_CASE("exit policies: every tensor equals golden at changing frequencies") {
  const golden::Model model(shipped_image());
  const std::string text = in_child([&] {
    const SocConfig config = configured(ExitPolicy::lai_conservative, 0.1, 7e-3);
    Platform platform(config, shipped_image(), shipped_firmware(), foreign_table());
    std::optional<sim::SentenceCheck> check;
    platform.on_tile([&check](const Tile& tile) { check->take(tile); });
    sim::CheckResult found;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto count = static_cast<std::uint32_t>(sentences()[i].size());
      check.emplace(model, nullptr, sentences()[i], count, sim::exit_rule(config, foreign_table()));
      found += check->finish(platform.classify(sentences()[i], count).result);
    }
    return fmt::format("mismatches={} first={}", found.mismatches, found.first);
  });
  CHECK(text == "mismatches=0 first=");
}

TEST_CASE("exit policies: the conservative one never misses a feasible deadline") {
  for (const double deadline : {4.45e-3, 4.6e-3, 5e-3, 8e-3, 20e-3}) {
    INFO("deadline " << deadline);
    for (const Row& row : run(configured(ExitPolicy::lai_conservative, 0.02, deadline))) {
      CHECK((row.infeasible || !row.missed));
      if (deadline >= 4.6e-3) CHECK_FALSE(row.infeasible);
    }
  }
  for (const Row& row : run(configured(ExitPolicy::base, 0, 3e-3))) {
    CHECK(row.infeasible);
    CHECK(row.missed);
  }
}

TEST_CASE("exit policies: a replay of the entropies exits where the sentence does, and takes as long") {
  const auto entropies = recorded();
  for (const auto& [policy, deadline] :
       {std::pair{ExitPolicy::ee, 0.0}, {ExitPolicy::lai, 6e-3}, {ExitPolicy::lai_conservative, 9e-3}}) {
    const SocConfig config = configured(policy, 0.2, deadline);
    const std::vector<Row> direct = run(config);
    const std::vector<Row> replayed = replay(config, entropies);
    REQUIRE(direct.size() == replayed.size());
    for (std::size_t i = 0; i < direct.size(); ++i) {
      INFO("policy " << static_cast<int>(policy) << ", sentence " << i);
      CHECK(replayed[i].exit_layer == direct[i].exit_layer);
      CHECK(replayed[i].predicted_layer == direct[i].predicted_layer);
      CHECK(replayed[i].layer_ticks == Approx(direct[i].layer_ticks).epsilon(1e-4));
      // Gathering the embeddings takes what the words' packed rows take: here up to a microsecond more or
      // less.
      CHECK(std::abs(replayed[i].seconds - direct[i].seconds) < 2e-6);
    }
  }
}
