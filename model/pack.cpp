// SPDX-License-Identifier: Apache-2.0
#include "model/pack.hpp"

#include "contract/formats.hpp"

namespace edgebert::model {

PackedCodes pack(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns) {
  constexpr std::uint8_t magnitude_bits = 0x7f;  // a code without them is zero, whatever its sign
  PackedCodes packed{rows, columns, {}, {}, {}, {}};
  const std::uint32_t groups = (columns + mask_group - 1) / mask_group;
  packed.masks.assign(std::size_t{rows} * groups, 0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (row % index_rows(groups) == 0)
      packed.index_base.push_back(static_cast<std::uint32_t>(packed.data.size()));
    const std::size_t offset = packed.data.size() - packed.index_base.back();
    packed.index_offset.push_back(static_cast<std::uint16_t>(offset));
    for (std::uint32_t column = 0; column < columns; ++column) {
      const std::uint8_t code = codes[std::size_t{row} * columns + column];
      if ((code & magnitude_bits) == 0) continue;
      packed.masks[std::size_t{row} * groups + column / mask_group] |= std::uint64_t{1}
                                                                       << (column % mask_group);
      packed.data.push_back(code);
    }
  }
  return packed;
}

}  // namespace edgebert::model
