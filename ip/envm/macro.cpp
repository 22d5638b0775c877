// SPDX-License-Identifier: Apache-2.0
#include "ip/envm/macro.hpp"

#include "ip/envm/secded.hpp"

namespace edgebert::reram {
namespace {

constexpr double bits_of_mebibyte = 8.0 * 1024 * 1024;

CellUse use_of(std::uint64_t bytes, CellKind kind, Ecc ecc) {
  const std::uint64_t bits = stored_bits(bytes, ecc);
  const std::uint64_t cells = (bits + bits_of(kind) - 1) / bits_of(kind);
  return {kind, cells, static_cast<double>(bits) / bits_of_mebibyte * figures_of(kind).area.value,
          static_cast<double>(cells) * mean_cell_error(kind)};
}

}  // namespace

std::uint64_t stored_bits(std::uint64_t bytes, Ecc ecc) {
  if (ecc == Ecc::none) return 8 * bytes;
  return 8 * ((bytes + secded::data_bytes - 1) / secded::data_bytes * secded::stored_bytes);
}

MacroUse use_of(const MacroContents& contents, const MacroCells& cells) {
  const std::uint64_t used = contents.mask_bytes + contents.code_bytes;
  MacroUse use{use_of(contents.mask_bytes, cells.mask_cell, cells.ecc),
               use_of(contents.code_bytes, cells.data_cell, cells.ecc),
               use_of(contents.size > used ? contents.size - used : 0, cells.data_cell, cells.ecc)};
  use.free.expected_faulty_cells = 0;
  return use;
}

}  // namespace edgebert::reram
