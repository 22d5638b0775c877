// SPDX-License-Identifier: Apache-2.0
#include "sim/layer_cost.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::sim {
namespace {

/// Accelerator cycles of so many core cycles, rounded to the nearest.
std::int64_t accelerator_cycles(std::int64_t core_cycles, std::uint32_t kilohertz,
                                std::uint32_t core_kilohertz) {
  return (core_cycles * kilohertz + core_kilohertz / 2) / core_kilohertz;
}

std::uint32_t layer_time(const mailbox::Result& result) {
  return result.layer[0].end - result.embedding_end;
}

/// The clock is at the frequency already: a second job begins without a transition, as do those compared.
template <typename Run>
SentenceResult second_of(const Run& run) {
  run();
  return run();
}

energy::DomainJoules of_layer(const energy::EnergyReport& report, std::uint32_t layer) {
  return report.by_domain([layer](const energy::EnergyRow& row) { return row.layer == layer; });
}

}  // namespace

LayerCosts::LayerCosts(Platform& platform, std::uint32_t core_kilohertz)
    : platform_(platform), core_kilohertz_(core_kilohertz) {
  mean_of_first_.fill(1);
  measure_spread();
  at(platform.accelerator_kilohertz());
}

void LayerCosts::measure_spread() {
  if (!platform_.reports_energy()) return;
  const SentenceResult sentence = platform_.time_all_layers();
  const std::uint32_t layers = sentence.result.exit_layer;
  const energy::DomainJoules first = of_layer(sentence.energy, 1);
  energy::DomainJoules sum{};
  spread_ = {.mean = 0, .least = total_of(first), .most = 0};
  for (std::uint32_t layer = 1; layer <= layers; ++layer) {
    const energy::DomainJoules domains = of_layer(sentence.energy, layer);
    sum += domains;
    const double joules = total_of(domains);
    spread_->mean += joules / layers;
    spread_->least = std::min(spread_->least, joules);
    spread_->most = std::max(spread_->most, joules);
  }
  for (std::size_t i = 0; i < energy::domain_count; ++i) {
    if (first[i].dynamic > 0) mean_of_first_[i] = sum[i].dynamic / layers / first[i].dynamic;
  }
}

energy::DomainJoules LayerCosts::beyond_replay(const energy::EnergyReport& real,
                                               const energy::EnergyReport& replayed,
                                               std::uint32_t layer) const {
  energy::DomainJoules work = of_layer(real, layer);
  const energy::DomainJoules already = of_layer(replayed, layer);
  for (std::size_t i = 0; i < energy::domain_count; ++i) {
    if (layer != 0) work[i].dynamic *= mean_of_first_[i];
    work[i].dynamic -= already[i].dynamic;
    work[i].leakage -= already[i].leakage;
  }
  return work;
}

energy::DomainJoules LayerCosts::work(const std::vector<std::uint32_t>& kilohertz) const {
  energy::DomainJoules sum = embedding_work_;
  for (const std::uint32_t each : kilohertz) sum += costs_.at(each).work;
  return sum;
}

/// A command's first guess is the layer's time; what the replay of that takes too long is then taken off.
const LayerCost& LayerCosts::at(std::uint32_t kilohertz) {
  if (const auto known = costs_.find(kilohertz); known != costs_.end()) return known->second;
  if (costs_.size() == mailbox::replay_points_max) {
    throw Error(Failure::capacity,
                fmt::format("cannot replay: more than {} frequencies occur", mailbox::replay_points_max));
  }
  const SentenceResult real = second_of([&] { return platform_.time_layer(kilohertz); });
  const bool first = costs_.empty();
  LayerCost& cost = costs_[kilohertz];
  cost.kilohertz = kilohertz;
  cost.microvolts = real.result.layer[0].voltage;
  cost.core_cycles = layer_time(real.result);
  const auto guess = [&](std::int64_t core_cycles) {
    return static_cast<std::uint32_t>(
        std::max<std::int64_t>(1, accelerator_cycles(core_cycles, kilohertz, core_kilohertz_)));
  };
  cost.test_cycles = guess(cost.core_cycles);
  if (first) embedding_test_cycles_ = guess(real.result.embedding_end);
  const auto replay_layer = [&] { return platform_.time_replayed_layer(kilohertz, replay()); };
  const mailbox::Result replayed = second_of(replay_layer).result;
  const auto corrected = [&](std::uint32_t cycles, std::int64_t expected, std::int64_t found) {
    const std::int64_t difference = accelerator_cycles(found, kilohertz, core_kilohertz_) -
                                    accelerator_cycles(expected, kilohertz, core_kilohertz_);
    return static_cast<std::uint32_t>(std::max<std::int64_t>(1, cycles - difference));
  };
  cost.test_cycles = corrected(cost.test_cycles, cost.core_cycles, layer_time(replayed));
  if (first)
    embedding_test_cycles_ =
        corrected(embedding_test_cycles_, real.result.embedding_end, replayed.embedding_end);
  if (!spread_) return cost;
  const energy::EnergyReport already = replay_layer().energy;
  cost.work = beyond_replay(real.energy, already, 1);
  if (first) embedding_work_ = beyond_replay(real.energy, already, 0);
  return cost;
}

mailbox::Replay LayerCosts::replay() const {
  mailbox::Replay replay{};
  replay.embedding_cycles = embedding_test_cycles_;
  for (const auto& [kilohertz, cost] : costs_) replay.point[replay.points++] = {kilohertz, cost.test_cycles};
  return replay;
}

}  // namespace edgebert::sim
