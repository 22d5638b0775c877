// SPDX-License-Identifier: Apache-2.0
#include "golden/exit_rules.hpp"

#include "golden/entropy.hpp"

namespace edgebert::golden {

using mailbox::ExitPolicy;

std::uint32_t PredictionTable::index_below(std::uint32_t entropy, std::uint32_t threshold) const {
  const auto distance = [entropy](const Row& row) {
    return row.entropy > entropy ? row.entropy - entropy : entropy - row.entropy;
  };
  const Row* nearest = &rows.front();
  for (const Row& row : rows) {
    if (distance(row) < distance(*nearest)) nearest = &row;
  }
  const auto columns = static_cast<std::uint32_t>(nearest->predicted.size());
  for (std::uint32_t index = 0; index < columns; ++index) {
    if (exits(nearest->predicted[index], threshold)) return index;
  }
  return columns - 1;
}

std::uint32_t predicted_layer(std::uint32_t predict_layer, std::uint32_t index, std::uint32_t layers) {
  const std::uint32_t layer = predict_layer + 1 + index;
  return layer <= layers - 2 ? layer : layers;
}

namespace {

/// The first of layers first ... last that is below, or `otherwise`.
std::uint32_t first_below(std::span<const std::uint32_t> entropies, std::uint32_t threshold,
                          std::uint32_t first, std::uint32_t last, std::uint32_t otherwise) {
  for (std::uint32_t layer = first; layer <= last; ++layer) {
    if (exits(entropies[layer - 1], threshold)) return layer;
  }
  return otherwise;
}

}  // namespace

ExitDecision exit_decision(ExitPolicy policy, std::span<const std::uint32_t> entropies,
                           std::uint32_t threshold, std::uint32_t predict_layer,
                           const PredictionTable& table) {
  const auto layers = static_cast<std::uint32_t>(entropies.size());
  if (policy == ExitPolicy::base) return {layers, std::nullopt};
  if (policy == ExitPolicy::ee)
    return {first_below(entropies, threshold, 1, layers - 1, layers), std::nullopt};

  const std::uint32_t early = first_below(entropies, threshold, 1, predict_layer, 0);
  if (early != 0) return {early, std::nullopt};
  const std::uint32_t predicted =
      predicted_layer(predict_layer, table.index_below(entropies[predict_layer - 1], threshold), layers);
  if (policy == ExitPolicy::lai_predicted) return {predicted, predicted};
  if (policy == ExitPolicy::lai_conservative)
    return {first_below(entropies, threshold, predict_layer + 1, layers - 1, layers), predicted};
  const std::uint32_t last_asked = predicted == layers ? layers - 2 : predicted;
  return {first_below(entropies, threshold, predict_layer + 1, last_asked, predicted), predicted};
}

}  // namespace edgebert::golden
