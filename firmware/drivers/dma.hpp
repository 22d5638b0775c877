// SPDX-License-Identifier: Apache-2.0
// Driver of the DMA engine. Its tags carry the operator it works for.
#pragma once
#include "contract/model_descriptor.hpp"
#include "firmware/drivers/unit.hpp"
#include "ip/dma/dma_regs.hpp"

namespace edgebert::firmware {

/// A block of rows in memory on the bus.
struct MemoryBlock {
  uint32_t address;
  uint32_t stride;  ///< bytes between rows; 0 repeats one row
};

/// A block of rows in a buffer of the accelerator.
struct BufferBlock {
  dma::Buffer buffer;
  uint32_t address;
  uint32_t stride;
};

/// A dense block of `rows` rows of `row_bytes` bytes.
struct BlockShape {
  uint32_t rows;
  uint32_t row_bytes;
};

/// Rows of a packed matrix, bound for a data buffer and the mask buffer beside it.
struct PackedRows {
  const PackedMatrix* matrix;
  dma::Buffer buffer;
  uint32_t row_list;  ///< address of one halfword a row: the rows to gather; 0 takes consecutive rows
  uint32_t first_row;
  uint32_t rows;
  uint32_t first_group;  ///< in groups of 64 elements
  uint32_t groups;
  uint32_t buffer_address = 0;  ///< of the codes
  uint32_t mask_address = 0;
};

/// Transfers one after another: each is programmed while the one before it still moves. finish() before
/// anything reads what was loaded or overwrites what was stored.
class Transfers {
 public:
  void load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape, const Tag& tag);
  void store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape, const Tag& tag);
  void load_packed(const PackedRows& rows, const Tag& tag);
  void finish();
  /// finish(), and waits for the command of another unit.
  void finish_with(const Unit& other);

  /// Writes the registers ahead of time; start_prepared must be the next transfer.
  void prepare_store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape);
  void start_prepared(const Tag& tag);

 private:
  bool moving_ = false;
};

/// One transfer from start to end.
void load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape, const Tag& tag);
void store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape, const Tag& tag);
void load_packed(const PackedRows& rows, const Tag& tag);

}  // namespace edgebert::firmware
