// SPDX-License-Identifier: Apache-2.0
// Behind which layer a sentence leaves: the rules of the published EdgeBERT software over recorded entropies,
// and those of the exit policies (docs/exit_policies.md). Entropies, thresholds and predictions are Q16.16
// nats.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "contract/mailbox.hpp"

namespace edgebert::golden {

/// Predicted entropies by the entropy behind one layer.
struct PredictionTable {
  struct Row {
    std::uint32_t entropy;                 ///< behind the prediction layer
    std::vector<std::uint32_t> predicted;  ///< of the layers behind it, one after the other
  };
  std::vector<Row> rows;  ///< by ascending entropy

  /// Of the row whose entropy is nearest, the lower one of two: the first prediction below the threshold,
  /// from 0, or the last one if none is.
  std::uint32_t index_below(std::uint32_t entropy, std::uint32_t threshold) const;
};

/// What a sentence's way out is decided by.
struct ExitRule {
  mailbox::ExitPolicy policy = mailbox::ExitPolicy::ee;
  std::uint32_t threshold = 0;
  std::uint32_t predict_layer = 0;  ///< of policies that predict, as is the table
  PredictionTable table{};
};

struct ExitDecision {
  std::uint32_t exit_layer;                      ///< from 1
  std::optional<std::uint32_t> predicted_layer;  ///< nothing if no prediction was made
};

/// The layer an index of a prediction made behind `predict_layer` stands for. Predictions beyond the last but
/// one trained off-ramp mean the last layer: the published software's loop ends there.
std::uint32_t predicted_layer(std::uint32_t predict_layer, std::uint32_t index, std::uint32_t layers);

/// Where a sentence leaves. A deadline that the rest of the layers meets is assumed.
/// @param entropies      of all layers, at least 2; the last one is never asked
/// @param predict_layer  1 ... layers - 2, of policies that predict
/// @param table          of policies that predict, otherwise unused
ExitDecision exit_decision(mailbox::ExitPolicy policy, std::span<const std::uint32_t> entropies,
                           std::uint32_t threshold, std::uint32_t predict_layer = 0,
                           const PredictionTable& table = {});

}  // namespace edgebert::golden
