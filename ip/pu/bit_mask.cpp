// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/bit_mask.hpp"

#include <bit>
#include <cstring>

namespace edgebert::bit_mask {

std::optional<std::size_t> unpack(std::span<const std::uint8_t> masks, std::span<const std::uint8_t> data,
                                  std::uint32_t rows, std::uint32_t columns,
                                  std::vector<std::uint8_t>& codes) {
  codes.assign(std::size_t{rows} * columns, 0);
  std::size_t next = 0;
  std::size_t word = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::uint8_t* out = codes.data() + std::size_t{row} * columns;
    for (std::uint32_t first = 0; first < columns; first += mask_group) {
      std::uint64_t mask;
      std::memcpy(&mask, masks.data() + 8 * word++, sizeof mask);
      if (next + static_cast<std::size_t>(std::popcount(mask)) > data.size()) return std::nullopt;
      for (; mask != 0; mask &= mask - 1) {
        const auto column = first + static_cast<std::uint32_t>(std::countr_zero(mask));
        if (column >= columns) return std::nullopt;
        out[column] = data[next++];
      }
    }
  }
  return next;
}

Packed pack(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns) {
  Packed packed;
  packed.masks.assign(std::size_t{rows} * groups(columns), 0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const std::uint8_t code = codes[std::size_t{row} * columns + column];
      if ((code & 0x7f) == 0) continue;
      packed.masks[std::size_t{row} * groups(columns) + column / mask_group] |= std::uint64_t{1}
                                                                                << column % mask_group;
      packed.data.push_back(code);
    }
  }
  return packed;
}

}  // namespace edgebert::bit_mask
