// SPDX-License-Identifier: Apache-2.0
#include "sim/exit_table.hpp"

#include <cmath>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/formats.hpp"
#include "sim/entropy_log.hpp"

namespace edgebert::sim {
namespace {

/// Predictions of a network may exceed ln(classes) of its task, but not the largest there is.
constexpr double tolerance = 1e-6;

void check_entropy(double entropy, const std::string& place, std::size_t column) {
  const double most = std::log(static_cast<double>(classes_max));
  if (entropy >= -tolerance && entropy <= most) return;
  throw Error(Failure::input,
              fmt::format("{}: column {}: entropy {} is outside 0 to {:.3f}", place, column, entropy, most));
}

}  // namespace

ExitPredictor read_exit_table(const std::filesystem::path& path, std::uint32_t predict_layer,
                              std::uint32_t layers) {
  if (predict_layer == 0 || predict_layer + 2 > layers) {
    throw Error(Failure::input,
                fmt::format("cannot use exit table {}: prediction behind layer {} of {}; layers 1 to {} can "
                            "predict",
                            path.string(), predict_layer, layers, layers < 2 ? 0 : layers - 2));
  }
  std::vector<TextLine> lines = lines_of(path, "exit table");
  while (!lines.empty() && is_blank(lines.back().text)) lines.pop_back();
  ExitPredictor table{.columns = layers - predict_layer, .words = {}};
  double previous = -1;
  for (const TextLine& line : lines) {
    const std::vector<double> row = numbers_of(line, table.columns);
    for (std::size_t column = 0; column < row.size(); ++column) {
      check_entropy(row[column], line.place, column + 1);
      table.words.push_back(entropy_word(std::max(0.0, row[column])));
    }
    if (row.front() <= previous) {
      throw Error(Failure::input, fmt::format("{}: the first column must ascend; {} follows {}", line.place,
                                              row.front(), previous));
    }
    previous = row.front();
  }
  if (table.rows() == exit_table_rows) return table;
  throw Error(Failure::input, fmt::format("{}:{}: the table ends after {} rows; an exit table has {}",
                                          path.string(), lines.size(), lines.size(), exit_table_rows));
}

golden::PredictionTable golden_table(const ExitPredictor& table) {
  golden::PredictionTable rows;
  for (std::size_t at = 0; at < table.words.size(); at += table.columns) {
    const auto row = table.words.begin() + static_cast<std::ptrdiff_t>(at);
    rows.rows.push_back({*row, {row + 1, row + table.columns}});
  }
  return rows;
}

golden::ExitRule exit_rule(const SocConfig& soc, const ExitPredictor& predictor) {
  return {.policy = soc.exit.policy,
          .threshold = exit_threshold_word(soc),
          .predict_layer = soc.exit.predict_layer,
          .table = golden_table(predictor)};
}

}  // namespace edgebert::sim
