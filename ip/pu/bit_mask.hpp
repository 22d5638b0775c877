// SPDX-License-Identifier: Apache-2.0
// The bit-mask codec: packed rows are 64-bit masks, one bit an element, and the non-zero codes in order.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::bit_mask {

/// Mask words a row of `columns` elements takes.
constexpr std::uint32_t groups(std::uint32_t columns) {
  return (columns + mask_group - 1) / mask_group;
}

/// The mask word at an index.
inline std::uint64_t load(const std::uint8_t* masks, std::size_t index) {
  std::uint64_t mask;
  std::memcpy(&mask, masks + 8 * index, sizeof mask);
  return mask;
}

/// Bits set in `words` mask words.
std::size_t population(const std::uint8_t* masks, std::size_t words);

/// Codes that rows of `columns` elements hold; nothing if a mask names a bit beyond the last column.
std::optional<std::size_t> count(std::span<const std::uint8_t> masks, std::uint32_t rows,
                                 std::uint32_t columns);

/// Puts a group's non-zeros where its mask says.
/// @param out  zeros, up to the last column
/// @return the first code that is not the group's
inline const std::uint8_t* expand(std::uint64_t mask, const std::uint8_t* data, std::uint8_t* out) {
  for (; mask != 0; mask &= mask - 1) out[std::countr_zero(mask)] = *data++;
  return data;
}

/// Expands groups of a row that follow each other.
/// @param end  of all non-zeros; none behind it is read
/// @param out  mask_group codes a group, zeros included
/// @return the first code that is not theirs
const std::uint8_t* expand_groups(const std::uint8_t* masks, std::size_t count, const std::uint8_t* data,
                                  const std::uint8_t* end, std::uint8_t* out);

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
