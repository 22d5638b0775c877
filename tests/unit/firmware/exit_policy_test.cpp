// SPDX-License-Identifier: Apache-2.0
// Decisions of the exit policies as pure functions: where a sentence leaves, and the frequency a deadline
// asks for.
#include "firmware/schedule/exit_policy.hpp"

#include <random>

#include "golden/exit_rules.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::firmware;

namespace {

constexpr ExitPolicy policies[] = {ExitPolicy::base, ExitPolicy::ee, ExitPolicy::lai,
                                   ExitPolicy::lai_predicted, ExitPolicy::lai_conservative};

/// Firmware's loop over recorded entropies.
golden::ExitDecision decide(ExitPolicy policy, const std::vector<std::uint32_t>& entropies,
                            std::uint32_t threshold, std::uint32_t predict_layer,
                            const golden::PredictionTable& table) {
  const auto layers = static_cast<std::uint32_t>(entropies.size());
  ExitPlan plan{policy, layers, predict_layer, 0};
  golden::ExitDecision decision{0, std::nullopt};
  for (std::uint32_t layer = 1; decision.exit_layer == 0; ++layer) {
    const std::uint32_t entropy = entropies[layer - 1];
    if (exits_here(plan, entropy < threshold, layer)) {
      decision.exit_layer = layer;
    } else if (mailbox::predicts(policy) && layer == predict_layer) {
      plan.predicted_layer = layer_of_prediction(layer, table.index_below(entropy, threshold), plan.layers);
      decision.predicted_layer = plan.predicted_layer;
    }
  }
  return decision;
}

/// A core of 500 MHz, an accelerator of up to 1 GHz, a layer of 1,000,000 cycles: 500,000 core cycles at the
/// top.
constexpr Pace pace{.now = 600'000,
                    .deadline = 10'000'000,
                    .layer = 1'000'000,
                    .transition = 1'000,
                    .core_frequency = 500'000,
                    .lowest_frequency = 50'000,
                    .top_frequency = 1'000'000};

}  // namespace

TEST_CASE("exit policy: the same layers as golden's rules, whatever the entropies") {
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    const std::uint32_t layers = 3 + random() % 10;
    const std::uint32_t predict_layer = 1 + random() % (layers - 2);
    std::vector<std::uint32_t> entropies(layers);
    for (std::uint32_t& entropy : entropies) entropy = random() % 100;
    golden::PredictionTable table;
    for (std::uint32_t row = 0; row < 5; ++row) {
      table.rows.push_back({20 * row, std::vector<std::uint32_t>(layers - predict_layer - 1)});
      for (std::uint32_t& entropy : table.rows.back().predicted) entropy = random() % 100;
    }
    const std::uint32_t threshold = random() % 60;
    for (const ExitPolicy policy : policies) {
      const auto expected = golden::exit_decision(policy, entropies, threshold, predict_layer, table);
      const auto decided = decide(policy, entropies, threshold, predict_layer, table);
      INFO("round " << round << ", policy " << static_cast<int>(policy));
      CHECK(decided.exit_layer == expected.exit_layer);
      CHECK(decided.predicted_layer == expected.predicted_layer);
    }
  }
}

TEST_CASE("exit policy: just fast enough for the layers that are left") {
  // 10 layers of 1,003,906 cycles (1/256 is the guard) in 9,399,000 core cycles of 2 ns.
  const ExitPlan plan{ExitPolicy::lai, 12, 1, 11};
  CHECK(frequency_to(plan, pace) == 534'050);
  CHECK(frequency_to({ExitPolicy::lai_predicted, 12, 1, 11}, pace) == 534'050);
  CHECK(frequency_to({ExitPolicy::lai, 12, 1, 2}, pace) == 53'405);
}

TEST_CASE("exit policy: kept within the range; without a deadline, or without time, the top") {
  const ExitPlan plan{ExitPolicy::lai, 12, 1, 11};
  Pace other = pace;
  other.deadline = 0;
  CHECK(frequency_to(plan, other) == 1'000'000);
  other.deadline = 600'000;
  CHECK(frequency_to(plan, other) == 1'000'000);
  other.deadline = 3'000'000;
  CHECK(frequency_to(plan, other) == 1'000'000);
  other.deadline = 1'000'000'000'000;
  CHECK(frequency_to(plan, other) == 50'000);
}

TEST_CASE("exit policy: the conservative one keeps the rest of the layers and the way back up in reserve") {
  // 3 layers to layer 4, then 8 layers of 500,000 core cycles at the top and 1/256 more, and two transitions.
  const ExitPlan plan{ExitPolicy::lai_conservative, 12, 1, 4};
  CHECK(time_at_top(pace, 8) == 4'000'000);
  CHECK(frequency_to(plan, pace) == 279'776);
  for (std::uint32_t predicted = 2; predicted <= 12; ++predicted) {
    for (std::uint64_t deadline = 6'100'000; deadline < 30'000'000; deadline += 37'777) {
      Pace tight = pace;
      tight.deadline = deadline;
      REQUIRE(in_time_at_top(tight, 11));
      const std::uint32_t frequency = frequency_to({ExitPolicy::lai_conservative, 12, 1, predicted}, tight);
      const std::uint64_t slow =
          (pace.layer * (predicted - 1) * pace.core_frequency + frequency - 1) / frequency;
      const std::uint64_t changes = frequency == pace.top_frequency ? 0 : 2 * pace.transition;
      CHECK(pace.now + slow + changes + time_at_top(pace, 12 - predicted) <= deadline);
    }
  }
}

TEST_CASE("exit policy: feasible is what all layers at the top meet, to the cycle") {
  Pace exact = pace;
  exact.deadline = 600'000 + 11 * 500'000;
  CHECK(in_time_at_top(exact, 11));
  --exact.deadline;
  CHECK_FALSE(in_time_at_top(exact, 11));
  exact.deadline = 0;
  CHECK(in_time_at_top(exact, 11));
}

TEST_CASE("exit policy: 64 bits hold a second of the slowest machine") {
  // n = 2: 232,800,000 cycles a layer.
  const Pace slow{.now = 0,
                  .deadline = 60'000'000'000,
                  .layer = 232'800'000,
                  .transition = 1'000,
                  .core_frequency = 10'000'000,
                  .lowest_frequency = 1'000,
                  .top_frequency = 10'000'000};
  CHECK(time_at_top(slow, 48) == 11'174'400'000);
  CHECK(frequency_to({ExitPolicy::lai, 48, 1, 48}, slow) == 1'830'724);
}

TEST_CASE("exit policy: first of equal logits") {
  const int32_t logits[] = {-5, 3, 3, -9};
  CHECK(prediction_of(logits, 4) == 1);
  CHECK(prediction_of(logits, 1) == 0);
}
