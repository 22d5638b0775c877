// SPDX-License-Identifier: Apache-2.0
// The bit-mask codec: packed rows are 64-bit masks, one bit an element, and the non-zero codes in order.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::bit_mask {

/// Mask words a row of `columns` elements takes.
constexpr std::uint32_t groups(std::uint32_t columns) {
  return (columns + mask_group - 1) / mask_group;
}

/// Expands rows x columns codes.
/// @param masks  rows * groups(columns) little-endian 64-bit words
/// @param data   the non-zeros; may be longer than needed
/// @param codes  out: rows * columns, row-major
/// @return bytes of `data` consumed; nothing if the masks name more codes than it holds, or a bit beyond the
/// last column
std::optional<std::size_t> unpack(std::span<const std::uint8_t> masks, std::span<const std::uint8_t> data,
                                  std::uint32_t rows, std::uint32_t columns,
                                  std::vector<std::uint8_t>& codes);

/// Rows in packed form.
struct Packed {
  std::vector<std::uint64_t> masks;
  std::vector<std::uint8_t> data;
};

/// @param codes  rows * columns, row-major; 0x00 and 0x80 are both zero
Packed pack(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns);

}  // namespace edgebert::bit_mask
