// SPDX-License-Identifier: Apache-2.0
// Exit-prediction tables as the published software writes them: comma-separated nats, 100 rows, no header.
// The first column is the entropy behind the prediction layer, the others the predicted entropies of the
// layers behind it, up to the last but one.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace edgebert::sim {

inline constexpr std::size_t exit_table_rows = 100;

/// A table as firmware takes it: Q16.16 words, row after row.
struct ExitTable {
  std::uint32_t columns = 0;  ///< the first one included
  std::vector<std::uint32_t> words;

  std::uint32_t rows() const { return columns == 0 ? 0 : static_cast<std::uint32_t>(words.size()) / columns; }
};

/// @param predict_layer  1 ... layers - 2; there must be a prediction for each layer behind it but the last
/// @throws Error(Failure::input), with file and line: another number of rows or columns, what is no number, a
///         first column that does not ascend, negative or huge entropies
ExitTable read_exit_table(const std::filesystem::path& path, std::uint32_t predict_layer,
                          std::uint32_t layers);

}  // namespace edgebert::sim
