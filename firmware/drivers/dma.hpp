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

/// Rows of a packed matrix. Data goes to the start of the data buffer, masks to the start of the mask buffer
/// beside it.
struct PackedRows {
  const PackedMatrix* matrix;
  dma::Buffer buffer;
  uint32_t row_list;  ///< address of one halfword a row: the rows to gather; 0 takes consecutive rows
  uint32_t first_row;
  uint32_t rows;
  uint32_t first_group;  ///< in groups of 64 elements
  uint32_t groups;
};

void start_load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape, const Tag& tag);
void start_store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape, const Tag& tag);
void start_load_packed(const PackedRows& rows, const Tag& tag);

/// start and wait in one.
void load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape, const Tag& tag);
void store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape, const Tag& tag);
void load_packed(const PackedRows& rows, const Tag& tag);

}  // namespace edgebert::firmware
