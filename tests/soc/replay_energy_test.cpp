// SPDX-License-Identifier: Apache-2.0
// What replayed sentences cost: as much as sentences simulated the long way; and what must hold of policies
// and deadlines on random logs and random V/f tables.
#include <cmath>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include "contract/formats.hpp"
#include "sim/exit_table.hpp"
#include "sim/sentence_replay.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;
using mailbox::ExitPolicy;
using Log = std::vector<std::vector<std::uint32_t>>;

namespace {

constexpr std::uint32_t layers = 12;

/// Made for another model of as many layers: predictions that are often wrong.
ExitPredictor foreign_table() {
  return sim::read_exit_table(EDGEBERT_SOURCE_DIR "/tests/data/entropy_logs/lut_sst2.csv", 1, layers);
}

const energy::EnergyTable& paper_table() {
  static const auto table =
      energy::EnergyTable::load(EDGEBERT_SOURCE_DIR "/configs/energy/edgebert-12nm.yaml");
  return table;
}

SocConfig configured(ExitPolicy policy, double threshold, double deadline_seconds) {
  SocConfig config;
  config.exit = {.policy = policy, .threshold = threshold, .deadline_seconds = deadline_seconds};
  return config;
}

struct Row {
  std::uint32_t exit_layer;
  double seconds, joules, accelerator_joules;
  bool missed, infeasible;
};

std::string line_of(std::uint32_t exit_layer, double seconds, double joules, double accelerator_joules,
                    bool missed, bool infeasible) {
  return fmt::format("{} {:.12e} {:.12e} {:.12e} {} {}\n", exit_layer, seconds, joules, accelerator_joules,
                     static_cast<int>(missed), static_cast<int>(infeasible));
}

std::vector<Row> rows_of(const std::string& text) {
  INFO(text);
  REQUIRE(text.rfind("error", 0) != 0);
  std::istringstream lines(text);
  std::vector<Row> rows;
  for (Row row{}; lines >> row.exit_layer >> row.seconds >> row.joules >> row.accelerator_joules >>
                  row.missed >> row.infeasible;)
    rows.push_back(row);
  return rows;
}

std::vector<Row> replay(const SocConfig& config, const Log& log) {
  return rows_of(in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), foreign_table(), &paper_table());
    sim::SentenceReplay sentences(platform, config);
    std::string text;
    for (const auto& entropies : log) {
      const sim::ReplayedSentence sentence = sentences.run(entropies);
      text += line_of(sentence.exit_layer, sentence.seconds, sentence.energy->soc,
                      sentence.energy->accelerator, sentence.deadline_missed, sentence.deadline_infeasible);
    }
    platform.shut_down();
    return text;
  }));
}

/// Entropies, a line a sentence, and sentences the long way with their idle time up to the deadline.
std::pair<Log, std::vector<Row>> run(const SocConfig& config) {
  Log log;
  const std::string text = in_child([&] {
    Platform platform(config, shipped_image(), shipped_firmware(), foreign_table(), &paper_table());
    std::string words, rows;
    for (const Tokens& tokens : dev_sentences({0, 1, 2, 3, 4, 5, 6, 7})) {
      const auto answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      const std::uint32_t count = answer.energy.layers;
      energy::DomainJoules sum =
          answer.energy.by_domain([&](const energy::EnergyRow& row) { return row.layer <= count; });
      sum += platform.idle_energy(std::max(0.0, config.exit.deadline_seconds - answer.seconds)).by_domain();
      rows += line_of(answer.result.exit_layer, answer.seconds, total_of(sum), accelerator_total_of(sum),
                      false, false);
      for (std::uint32_t layer = 0; layer < layers; ++layer)
        words += fmt::format("{} ", layer < answer.result.layers ? answer.result.entropy[layer] : 0);
    }
    return words + "\n" + rows;
  });
  const std::size_t end = text.find('\n');
  REQUIRE(end != std::string::npos);
  std::istringstream words(text.substr(0, end));
  for (std::uint32_t word; words >> word;) {
    if (log.empty() || log.back().size() == layers) log.emplace_back();
    log.back().push_back(word);
  }
  return {log, rows_of(text.substr(end + 1))};
}

/// Entropies that fall, more or less, from one layer to the next.
Log random_log(std::mt19937& random, std::size_t sentences) {
  std::uniform_real_distribution<double> start(0, std::log(2.0)), factor(0.4, 1.15);
  Log log;
  for (std::size_t i = 0; i < sentences; ++i) {
    double entropy = start(random);
    log.emplace_back();
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
      log.back().push_back(static_cast<std::uint32_t>(entropy * (1 << entropy_fraction_bits)));
      entropy = std::min(std::log(2.0), entropy * factor(random));
    }
  }
  return log;
}

/// A V/f table up to 1 GHz at 0.8 V, of two to six points.
std::vector<dvfs::VfPoint> random_points(std::mt19937& random) {
  const std::uint32_t count = 2 + random() % 5;
  std::vector<dvfs::VfPoint> points;
  std::uint32_t kilohertz = 20'000 + random() % 400'000;
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    points.push_back({500'000 + i * 300'000 / (count - 1), kilohertz});
    kilohertz += 1 + random() % ((1'000'000 - kilohertz) / 2);
  }
  points.push_back({800'000, 1'000'000});
  return points;
}

}  // namespace

// A layer's energy depends on its sentence by the gated MACs, whose share is small: 1 % is what the layers of
// one sentence differ by. A sentence of few words is copied in up to 2 us less.
TEST_CASE("replay energy: sentences cost what they cost when simulated the long way") {
  for (const auto& [policy, deadline] :
       {std::pair{ExitPolicy::ee, 0.0}, {ExitPolicy::lai, 6e-3}, {ExitPolicy::lai_conservative, 9e-3}}) {
    const SocConfig config = configured(policy, 0.2, deadline);
    const auto [log, direct] = run(config);
    const std::vector<Row> replayed = replay(config, log);
    REQUIRE(direct.size() == 8);
    REQUIRE(replayed.size() == direct.size());
    for (std::size_t i = 0; i < direct.size(); ++i) {
      INFO("policy " << static_cast<int>(policy) << ", sentence " << i);
      CHECK(replayed[i].exit_layer == direct[i].exit_layer);
      CHECK(replayed[i].seconds == Approx(direct[i].seconds).epsilon(2e-3).margin(2e-6));
      CHECK(replayed[i].joules == Approx(direct[i].joules).epsilon(0.01));
      CHECK(replayed[i].accelerator_joules == Approx(direct[i].accelerator_joules).epsilon(0.01));
    }
  }
}

TEST_CASE("replay energy: lai-conservative never misses a feasible deadline") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> milliseconds(3, 25), threshold(0.02, 0.6);
  std::size_t feasible = 0;
  for (int round = 0; round < 10; ++round) {
    SocConfig config =
        configured(ExitPolicy::lai_conservative, threshold(random), milliseconds(random) * 1e-3);
    config.dvfs.points = random_points(random);
    config.dvfs.adpll.step = (1 + random() % 20) * 1e6;
    config.dvfs.ldo.settle_time = random() % 2000;
    config.dvfs.adpll.lock_time = random() % 20'000;
    INFO(fmt::format("round {}: threshold {}, deadline {} s", round, config.exit.threshold,
                     config.exit.deadline_seconds));
    for (const Row& row : replay(config, random_log(random, 25))) {
      CHECK((row.infeasible || !row.missed));
      feasible += row.infeasible ? 0 : 1;
    }
  }
  CHECK(feasible > 100);
}

// Both with the idle time up to the deadline. Nothing is saved where lai finds no time to spare: it exits
// behind the prediction layer, or runs at the top all the way.
TEST_CASE("replay energy: where lai leaves with ee and has slack, the accelerator takes less") {
  std::mt19937 random(2);
  const Log log = random_log(random, 60);
  const double deadline = 9e-3;
  const std::vector<Row> early = replay(configured(ExitPolicy::ee, 0.2, deadline), log);
  const std::vector<Row> aware = replay(configured(ExitPolicy::lai, 0.2, deadline), log);
  REQUIRE(early.size() == log.size());
  REQUIRE(aware.size() == log.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (early[i].exit_layer != aware[i].exit_layer) continue;
    INFO("sentence " << i << ", layer " << early[i].exit_layer);
    CHECK(aware[i].accelerator_joules < early[i].accelerator_joules);
    ++compared;
  }
  CHECK(compared > 10);
}
