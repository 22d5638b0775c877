// SPDX-License-Identifier: Apache-2.0
#include "sim/tensor_assembly.hpp"

namespace edgebert::sim {
namespace {

bool agrees(Tile::Format found, golden::Format expected) {
  switch (found) {
    case Tile::Format::adaptivfloat:
      return expected == golden::Format::adaptivfloat;
    case Tile::Format::wide:
      return expected == golden::Format::wide;
    case Tile::Format::entropy:
      return expected == golden::Format::entropy;
    case Tile::Format::row_scale:
      return true;
  }
  return false;
}

}  // namespace

golden::TensorKey key_of(const Tile& tile) {
  return {tile.layer, tile.op, has_heads(tile.op) ? tile.head : std::uint8_t{0}};
}

TensorAssembly::TensorAssembly(const golden::TensorKey& key, std::uint32_t rows, std::uint32_t columns,
                               golden::Format format)
    : tensor{rows, columns, {format, 0}, std::vector<std::int32_t>(std::size_t{rows} * columns), {}},
      seen(std::size_t{rows} * columns) {
  if (key.op != Operator::probabilities) return;
  tensor.row_scale.resize(rows);
  scale_seen.resize(rows);
}

void TensorAssembly::take(const Tile& tile, const golden::TensorKey& key, const golden::Model& model) {
  format_agrees &= agrees(tile.format, tensor.encoding.format);
  const bool scales = tile.format == Tile::Format::row_scale;
  if (scales && tensor.row_scale.empty()) {
    format_agrees = false;
    return;
  }
  if (!scales) tensor.encoding.bias = tile.bias;
  for (std::uint32_t r = 0; r < tile.rows && tile.row + r < tensor.rows; ++r) {
    const std::uint32_t row = tile.row + r;
    if (scales) {
      tensor.row_scale[row] = static_cast<std::uint32_t>(tile.values[std::size_t{r} * tile.columns]);
      scale_seen[row] = true;
      continue;
    }
    for (std::uint32_t c = 0; c < tile.columns && tile.column + c < tensor.columns; ++c) {
      const std::size_t at = std::size_t{row} * tensor.columns + tile.column + c;
      const bool read = model.reads(key, row, tile.column + c);
      tensor.values[at] = read ? tile.values[std::size_t{r} * tile.columns + c] : 0;
      seen[at] = true;
    }
  }
}

}  // namespace edgebert::sim
