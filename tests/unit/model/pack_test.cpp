// SPDX-License-Identifier: Apache-2.0
#include "model/pack.hpp"

#include <bit>

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

/// A decoder of its own: each row through the index alone.
std::vector<std::uint8_t> unpacked(const model::PackedCodes& packed) {
  std::vector<std::uint8_t> codes;
  const std::size_t groups = packed.masks.size() / packed.rows;
  for (std::uint32_t row = 0; row < packed.rows; ++row) {
    std::size_t next = packed.index_base.at(row / index_rows(static_cast<std::uint32_t>(groups))) +
                       packed.index_offset.at(row);
    for (std::uint32_t column = 0; column < packed.columns; ++column) {
      const bool there = (packed.masks[row * groups + column / 64] >> (column % 64) & 1) != 0;
      codes.push_back(there ? packed.data.at(next++) : 0);
    }
  }
  return codes;
}

}  // namespace

TEST_CASE("pack: empty rows, full rows and everything between come back") {
  for (const std::uint32_t columns : {1u, 63u, 64u, 65u, 128u, 200u}) {
    constexpr std::uint32_t rows = 150;
    std::vector<std::uint8_t> codes(std::size_t{rows} * columns);
    std::uint32_t state = 7;
    for (std::uint32_t row = 0; row < rows; ++row) {
      for (std::uint32_t column = 0; column < columns; ++column) {
        state = state * 1664525u + 1013904223u;
        const bool keep = row % 3 == 0 || (row % 3 == 1 && (state >> 16) % 5 < 2);  // full, 40 %, empty rows
        codes[row * columns + column] = static_cast<std::uint8_t>(keep ? 1 + (state >> 24) % 127 : 0);
      }
    }
    const auto packed = model::pack(codes, rows, columns);
    CHECK(unpacked(packed) == codes);
    CHECK(packed.index_base.size() == 3);
    CHECK(packed.index_offset.size() == rows);
    CHECK(packed.masks.size() == rows * ((columns + 63) / 64));
  }
}

TEST_CASE("pack: the zero of either sign is no element") {
  const auto packed = model::pack(std::vector<std::uint8_t>{0x80, 0x01, 0x00, 0x81}, 1, 4);
  CHECK(packed.masks == std::vector<std::uint64_t>{0b1010});
  CHECK(packed.data == std::vector<std::uint8_t>{0x01, 0x81});
}

TEST_CASE("pack: the index of the 30,000-row embedding table takes 61,876 bytes") {
  constexpr std::uint32_t rows = 30000;
  const auto packed = model::pack(std::vector<std::uint8_t>(rows * 128), rows, 128);
  CHECK(packed.index_bytes() == 469 * 4 + 30000 * 2);
  CHECK(packed.mask_bytes() == 30000 * 16);
  CHECK(packed.data.empty());
}

TEST_CASE("pack: in wide matrices fewer rows share a base, so that 16 bits always reach the last of them") {
  // Full rows: row 63 of 1,024 columns starts at 64,512; row 15 of 3,072 columns at 46,080.
  CHECK(model::pack(std::vector<std::uint8_t>(64 * 1024, 0x10), 64, 1024).index_offset.back() == 64512);
  const std::vector<std::uint8_t> codes(40 * 3072, 0x10);
  const auto packed = model::pack(codes, 40, 3072);
  CHECK(packed.index_base == std::vector<std::uint32_t>{0, 16 * 3072, 32 * 3072});
  CHECK(packed.index_offset[15] == 46080);
  CHECK(unpacked(packed) == codes);
}
