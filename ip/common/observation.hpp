// SPDX-License-Identifier: Apache-2.0
// The one observation point: a unit shows each tile it completes, with the TAG firmware gave it. Checks,
// dumps and traces hang on it; it costs no cycles.
#pragma once
#include <cstdint>
#include <functional>
#include <span>

#include "contract/operators.hpp"

namespace edgebert {

/// One completed tile of a tensor, row-major.
struct Tile {
  enum class Format { adaptivfloat, wide, row_scale, entropy };

  std::uint8_t layer;
  Operator op;
  std::uint8_t head;
  std::uint32_t row;  ///< of the tile's first element in its tensor
  std::uint32_t column;
  std::uint32_t rows;
  std::uint32_t columns;
  Format format;
  std::span<const std::int32_t> values;  ///< rows * columns: codes, Q8.12, UQ1.20 or Q16.16
  std::uint32_t bias = 0;                ///< exponent bias of codes
};

using TileObserver = std::function<void(const Tile&)>;

}  // namespace edgebert
