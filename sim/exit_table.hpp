// SPDX-License-Identifier: Apache-2.0
// Exit-prediction tables as the published software writes them: comma-separated nats, 100 rows, no header.
// The first column is the entropy behind the prediction layer, the others the predicted entropies of the
// layers behind it, up to the last but one.
#pragma once
#include <cstdint>
#include <filesystem>

#include "golden/exit_rules.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/exit_predictor.hpp"

namespace edgebert::sim {

inline constexpr std::size_t exit_table_rows = 100;

/// @param predict_layer  1 ... layers - 2; there must be a prediction for each layer behind it but the last
/// @throws Error(Failure::input), with file and line: another number of rows or columns, what is no number, a
///         first column that does not ascend, negative or huge entropies
ExitPredictor read_exit_table(const std::filesystem::path& path, std::uint32_t predict_layer,
                              std::uint32_t layers);

/// The same table as golden takes it.
golden::PredictionTable golden_table(const ExitPredictor& table);

/// What decides a sentence's exit in this configuration, as golden takes it.
golden::ExitRule exit_rule(const SocConfig& soc, const ExitPredictor& predictor);

}  // namespace edgebert::sim
