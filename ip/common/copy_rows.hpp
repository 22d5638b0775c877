// SPDX-License-Identifier: Apache-2.0
// Copies of blocks of rows. Tiles of results have rows of 16 or 64 bytes, too short for calls of memcpy.
#pragma once
#include <cstdint>
#include <cstring>

namespace edgebert {

/// A block's first byte, and the bytes from row to row.
template <typename Byte>
struct RowsAt {
  Byte* first;
  std::size_t stride;
};

template <std::size_t row_bytes>
inline void copy_short_rows(RowsAt<std::uint8_t> to, RowsAt<const std::uint8_t> from, std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row)
    std::memcpy(to.first + row * to.stride, from.first + row * from.stride, row_bytes);
}

/// The two blocks do not overlap.
inline void copy_rows(RowsAt<std::uint8_t> to, RowsAt<const std::uint8_t> from, std::size_t row_bytes,
                      std::size_t rows) {
  if (to.stride == row_bytes && from.stride == row_bytes) {
    std::memcpy(to.first, from.first, rows * row_bytes);
  } else if (row_bytes == 16) {
    copy_short_rows<16>(to, from, rows);
  } else if (row_bytes == 64) {
    copy_short_rows<64>(to, from, rows);
  } else {
    for (std::size_t row = 0; row < rows; ++row)
      std::memcpy(to.first + row * to.stride, from.first + row * from.stride, row_bytes);
  }
}

}  // namespace edgebert
