// SPDX-License-Identifier: Apache-2.0
// The eNVM macro as it is built: masks and row index in one kind of cell, codes and what is free in another.
// SystemC-free. Its size counts the bytes software sees; its area counts cells. SECDED adds 8 bits to every
// 64: the macro grows, its size does not.
#pragma once
#include <cstdint>

#include "ip/envm/cell_model.hpp"

namespace edgebert::reram {

/// Bytes as software sees them.
struct MacroContents {
  std::uint64_t size;        ///< of the macro
  std::uint64_t mask_bytes;  ///< masks and row index
  std::uint64_t code_bytes;
};

struct MacroCells {
  CellKind mask_cell;
  CellKind data_cell;
  Ecc ecc;
};

struct CellUse {
  CellKind kind;
  std::uint64_t cells;
  double area_mm2;
  double expected_faulty_cells;  ///< all levels equally frequent; 0 where nothing is stored
};

struct MacroUse {
  CellUse masks;
  CellUse codes;
  CellUse free;
  double area_mm2() const { return masks.area_mm2 + codes.area_mm2 + free.area_mm2; }
  double expected_faulty_cells() const { return masks.expected_faulty_cells + codes.expected_faulty_cells; }
};

/// Bits that are stored for so many bytes.
std::uint64_t stored_bits(std::uint64_t bytes, Ecc ecc);

MacroUse use_of(const MacroContents& contents, const MacroCells& cells);

}  // namespace edgebert::reram
