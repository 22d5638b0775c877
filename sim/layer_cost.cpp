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
mailbox::Result second_of(const Run& run) {
  run();
  return run().result;
}

}  // namespace

LayerCosts::LayerCosts(Platform& platform, std::uint32_t core_kilohertz)
    : platform_(platform), core_kilohertz_(core_kilohertz) {
  at(platform.accelerator_kilohertz());
}

/// A command's first guess is the layer's time; what the replay of that takes too long is then taken off.
const LayerCost& LayerCosts::at(std::uint32_t kilohertz) {
  if (const auto known = costs_.find(kilohertz); known != costs_.end()) return known->second;
  if (costs_.size() == mailbox::replay_points_max) {
    throw Error(Failure::capacity,
                fmt::format("cannot replay: more than {} frequencies occur", mailbox::replay_points_max));
  }
  platform_.time_layer(kilohertz);
  SentenceResult real = platform_.time_layer(kilohertz);
  const bool first = costs_.empty();
  LayerCost& cost = costs_[kilohertz];
  cost.kilohertz = kilohertz;
  cost.microvolts = real.result.layer[0].voltage;
  cost.core_cycles = layer_time(real.result);
  cost.units = std::move(real.units);
  const auto guess = [&](std::int64_t core_cycles) {
    return static_cast<std::uint32_t>(
        std::max<std::int64_t>(1, accelerator_cycles(core_cycles, kilohertz, core_kilohertz_)));
  };
  cost.test_cycles = guess(cost.core_cycles);
  if (first) embedding_test_cycles_ = guess(real.result.embedding_end);
  const mailbox::Result replayed =
      second_of([&] { return platform_.time_replayed_layer(kilohertz, replay()); });
  const auto corrected = [&](std::uint32_t cycles, std::int64_t expected, std::int64_t found) {
    const std::int64_t difference = accelerator_cycles(found, kilohertz, core_kilohertz_) -
                                    accelerator_cycles(expected, kilohertz, core_kilohertz_);
    return static_cast<std::uint32_t>(std::max<std::int64_t>(1, cycles - difference));
  };
  cost.test_cycles = corrected(cost.test_cycles, cost.core_cycles, layer_time(replayed));
  if (first)
    embedding_test_cycles_ =
        corrected(embedding_test_cycles_, real.result.embedding_end, replayed.embedding_end);
  return cost;
}

mailbox::Replay LayerCosts::replay() const {
  mailbox::Replay replay{};
  replay.embedding_cycles = embedding_test_cycles_;
  for (const auto& [kilohertz, cost] : costs_) replay.point[replay.points++] = {kilohertz, cost.test_cycles};
  return replay;
}

}  // namespace edgebert::sim
