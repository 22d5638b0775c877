// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/dma.hpp"

#include "firmware/hal/hal.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t base = units::dma.base;

uint32_t mode_word(dma::Operation operation, dma::Buffer buffer) {
  return dma::mode_operation.put(static_cast<uint32_t>(operation)) |
         dma::mode_buffer.put(static_cast<uint32_t>(buffer));
}

void program_dense(dma::Operation operation, const MemoryBlock& memory, const BufferBlock& buffer,
                   const BlockShape& shape) {
  hal::write(base, dma::mode, mode_word(operation, buffer.buffer));
  hal::write(base, dma::memory_address, memory.address);
  hal::write(base, dma::memory_stride, memory.stride);
  hal::write(base, dma::buffer_address, buffer.address);
  hal::write(base, dma::buffer_stride, buffer.stride);
  hal::write(base, dma::row_bytes, shape.row_bytes);
  hal::write(base, dma::rows, shape.rows);
}

void program_packed(const PackedRows& rows) {
  const PackedMatrix& matrix = *rows.matrix;
  hal::write(base, dma::mode, mode_word(dma::Operation::load_packed, rows.buffer));
  hal::write(base, dma::buffer_address, rows.buffer_address);
  hal::write(base, dma::mask_address, rows.mask_address);
  hal::write(base, dma::rows, rows.rows);
  hal::write(base, dma::packed_masks, matrix.masks);
  hal::write(base, dma::packed_data, matrix.data);
  hal::write(base, dma::packed_index_base, matrix.index_base);
  hal::write(base, dma::packed_index_offset, matrix.index_offset);
  hal::write(base, dma::packed_groups, (matrix.columns + mask_group - 1) / mask_group);
  hal::write(base, dma::first_group, rows.first_group);
  hal::write(base, dma::groups, rows.groups);
  hal::write(base, dma::first_row, rows.first_row);
  hal::write(base, dma::row_list, rows.row_list);
}

}  // namespace

void Transfers::load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape,
                     const Tag& tag) {
  program_dense(dma::Operation::load, from, to, shape);
  start_prepared(tag);
}

void Transfers::store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape,
                      const Tag& tag) {
  prepare_store(from, to, shape);
  start_prepared(tag);
}

void Transfers::load_packed(const PackedRows& rows, const Tag& tag) {
  program_packed(rows);
  start_prepared(tag);
}

void Transfers::prepare_store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape) {
  program_dense(dma::Operation::store, to, from, shape);
}

void Transfers::finish() {
  if (moving_) wait(units::dma);
  moving_ = false;
}

void Transfers::finish_with(const Unit& other) {
  if (moving_) {
    wait_for_both(units::dma, other);
  } else {
    wait(other);
  }
  moving_ = false;
}

void Transfers::start_prepared(const Tag& tag) {
  finish();
  start(units::dma, tag);
  moving_ = true;
}

void load(const MemoryBlock& from, const BufferBlock& to, const BlockShape& shape, const Tag& tag) {
  Transfers transfers;
  transfers.load(from, to, shape, tag);
  transfers.finish();
}

void store(const BufferBlock& from, const MemoryBlock& to, const BlockShape& shape, const Tag& tag) {
  Transfers transfers;
  transfers.store(from, to, shape, tag);
  transfers.finish();
}

void load_packed(const PackedRows& rows, const Tag& tag) {
  Transfers transfers;
  transfers.load_packed(rows, tag);
  transfers.finish();
}

}  // namespace edgebert::firmware
