// SPDX-License-Identifier: Apache-2.0
// Bit-mask packing with a row index: the layout of PackedMatrix in contract/model_descriptor.hpp.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace edgebert::model {

/// The four parts of a packed matrix.
struct PackedCodes {
  std::uint32_t rows;
  std::uint32_t columns;
  std::vector<std::uint64_t> masks;         ///< rows x ceil(columns / 64)
  std::vector<std::uint8_t> data;           ///< the non-zero codes of all rows
  std::vector<std::uint32_t> index_base;    ///< where every index_rows-th row starts in data
  std::vector<std::uint16_t> index_offset;  ///< where each row starts, from its base

  std::uint64_t index_bytes() const { return index_base.size() * 4 + index_offset.size() * 2; }
  std::uint64_t mask_bytes() const { return masks.size() * 8; }
};

/// Packs rows x columns codes, row-major.
PackedCodes pack(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns);

}  // namespace edgebert::model
