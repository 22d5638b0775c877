// SPDX-License-Identifier: Apache-2.0
#include "ip/dma/dma.hpp"

#include <algorithm>

#include "contract/formats.hpp"
#include "ip/pu/bit_mask.hpp"

namespace edgebert {

namespace regs = dma;
using Use = ScratchBuffer::Use;

namespace {
constexpr std::size_t mask_bytes = 8;
/// Shorter runs are copied sooner than remembered.
constexpr std::size_t worth_borrowing = 512;
}  // namespace

Dma::Dma(sc_core::sc_module_name name, std::uint32_t port_bytes, std::array<DecoderBuffers, 2>& decoders,
         ScratchBuffer& auxiliary, const ClockDomain& clock)
    : Unit(name, unit::Kind::dma, regs::map, clock),
      port_bytes_(port_bytes),
      decoders_(decoders),
      auxiliary_(auxiliary),
      extension_(new TransferExtension) {
  payload_.set_extension(extension_);
}

ScratchBuffer* Dma::buffer() const {
  switch (static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode]))) {
    case regs::Buffer::data0:
      return &decoders_[0].data;
    case regs::Buffer::data1:
      return &decoders_[1].data;
    case regs::Buffer::mask0:
      return &decoders_[0].mask;
    case regs::Buffer::mask1:
      return &decoders_[1].mask;
    case regs::Buffer::auxiliary:
      return &auxiliary_;
  }
  return nullptr;
}

void Dma::start() {
  time_ = sc_core::SC_ZERO_TIME;
  memory_time_ = bus_time_ = 0;
  stamp_ = {};
  reads_ = 0;
  running_ = {.operation = static_cast<regs::Operation>(regs::mode_operation.get(registers[regs::mode])),
              .bytes = 0,
              .packed_bytes = 0};
  switch (running_.operation) {
    case regs::Operation::load:
      return load();
    case regs::Operation::store:
      return store();
    case regs::Operation::load_packed:
      return load_packed();
  }
  fail(regs::Error::bad_shape);
}

void Dma::finish() {
  const Work done = work();
  bytes_stored_ += done.bytes_stored;
  bytes_loaded_ += done.bytes_loaded;
  if (running_.operation == regs::Operation::load_packed)
    registers.set(regs::loaded_bytes, running_.packed_bytes);
}

Work Dma::work() const {
  const bool stores = running_.operation == regs::Operation::store;
  return {.bytes_loaded = stores ? 0 : running_.bytes, .bytes_stored = stores ? running_.bytes : 0};
}

Dma::Block Dma::block() const {
  return {registers[regs::buffer_address], registers[regs::buffer_stride],  registers[regs::row_bytes],
          registers[regs::rows],           registers[regs::memory_address], registers[regs::memory_stride]};
}

void Dma::load() {
  ScratchBuffer* target = buffer();
  const auto [base, stride, row_bytes, rows, address, memory_stride] = block();
  if (target == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!target->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);
  if (!claim(*target, base, rows, stride, row_bytes, Use::writes)) return fail(unit::Error::buffer_in_use);

  const std::size_t bytes = std::size_t{rows} * row_bytes;
  const std::size_t extent = std::size_t{rows - 1} * stride + row_bytes;
  const bool whole = rows == 1 || stride <= row_bytes;
  const auto to = whole ? target->overwrite(base, extent) : target->overwrite_some(base, extent);
  if (!move_rows(tlm::TLM_READ_COMMAND, to.data())) return fail_on_bus();
  stamp_.command = {registers[regs::mode], rows, address, memory_stride, row_bytes, stride};
  stamp_.row_bytes = row_bytes;
  stamp_.stride = stride;
  seal_stamp();
  target->stamp(base, base + extent, stamp_);
  use_data_port(*target, rows, row_bytes);
  running_.bytes = bytes;
  complete_transfer();
}

void Dma::store() {
  ScratchBuffer* source = buffer();
  const auto [base, stride, row_bytes, rows, address, memory_stride] = block();
  if (source == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!source->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);
  if (!claim(*source, base, rows, stride, row_bytes, Use::reads)) return fail(unit::Error::buffer_in_use);

  const std::size_t bytes = std::size_t{rows} * row_bytes;
  // The payload of a write is only read.
  auto* from =
      const_cast<std::uint8_t*>(source->read(base, (rows - 1) * std::size_t{stride} + row_bytes).data());
  if (!move_rows(tlm::TLM_WRITE_COMMAND, from)) return fail_on_bus();
  use_data_port(*source, rows, row_bytes);
  running_.bytes = bytes;
  complete_transfer();
}

void Dma::load_packed() {
  const auto which = static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode]));
  if (which != regs::Buffer::data0 && which != regs::Buffer::data1) return fail(regs::Error::bad_shape);
  DecoderBuffers& decoder = decoders_[which == regs::Buffer::data0 ? 0 : 1];
  const std::uint32_t rows = registers[regs::rows];
  const std::uint64_t last_group = std::uint64_t{registers[regs::first_group]} + registers[regs::groups];
  if (rows == 0 || registers[regs::groups] == 0 || last_group > registers[regs::packed_groups])
    return fail(regs::Error::bad_shape);
  const std::uint32_t mask_base = registers[regs::mask_address];
  const std::uint64_t row_masks = registers[regs::groups] * mask_bytes;
  if (!decoder.mask.contains(mask_base, rows, row_masks, row_masks)) return fail(regs::Error::outside_buffer);
  const std::size_t all_masks = rows * row_masks;
  if (!claim(decoder.mask, mask_base, 1, 0, all_masks, Use::writes)) return fail(unit::Error::buffer_in_use);

  if (!read_index_and_masks(decoder.mask, mask_base)) return fail_on_bus();
  const std::uint32_t base = registers[regs::buffer_address];
  std::size_t bytes = 0;
  for (const Run& run : data_runs_) bytes += run.bytes;
  if (!decoder.data.contains(base, 1, 0, bytes)) return fail(regs::Error::outside_buffer);
  if (!claim(decoder.data, base, 1, 0, bytes, Use::writes)) return fail(unit::Error::buffer_in_use);
  std::size_t to = base;
  for (const Run& run : data_runs_) {
    if (read_run(run, decoder.data, to) == nullptr) return fail_on_bus();
    to += run.bytes;
  }
  stamp_.command = {registers[regs::mode],
                    rows,
                    registers[regs::packed_masks],
                    registers[regs::packed_data],
                    registers[regs::packed_index_base],
                    registers[regs::packed_index_offset],
                    registers[regs::packed_groups],
                    registers[regs::first_group],
                    registers[regs::groups],
                    registers[regs::first_row]};
  stamp_.row_bytes = stamp_.stride = 1;
  if (registers[regs::row_list] != 0) stamp_.memory = nullptr;  // the list chose the bytes, too
  seal_stamp();
  decoder.mask.stamp(mask_base, mask_base + all_masks, stamp_);
  decoder.data.stamp(base, base + bytes, stamp_);
  use_data_port(decoder.data, 1, bytes);
  running_.bytes = all_masks + bytes;
  running_.packed_bytes = static_cast<std::uint32_t>(bytes);
  complete_transfer();
}

/// Masks go to `base` in their buffer; where the codes lie is left in data_runs_.
bool Dma::read_index_and_masks(ScratchBuffer& buffer, std::size_t base) {
  data_runs_.clear();
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t list = registers[regs::row_list];
  const bool whole = registers[regs::groups] == registers[regs::packed_groups];
  if (list == 0 && whole) return read_whole_rows(buffer, base);
  row_numbers_.resize(rows);
  if (list != 0) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(row_numbers_.data());
    if (!read(list, {bytes, std::size_t{rows} * 2})) return false;
  }
  const std::size_t row_masks = registers[regs::groups] * mask_bytes;
  const std::span masks = buffer.overwrite(base, rows * row_masks);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::uint32_t row = list != 0 ? row_numbers_[r] : registers[regs::first_row] + r;
    if (!read_row(row, masks.subspan(r * row_masks, row_masks))) return false;
  }
  return true;
}

bool Dma::read_whole_rows(ScratchBuffer& buffer, std::size_t base) {
  const std::uint32_t first = registers[regs::first_row];
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  const std::size_t bytes = registers[regs::rows] * row_masks;
  std::uint32_t start = 0;
  if (!row_start(first, start)) return false;
  const std::uint8_t* masks =
      read_run({registers[regs::packed_masks] + std::uint64_t{first} * row_masks, bytes}, buffer, base);
  if (masks == nullptr) return false;
  data_runs_.push_back({start, bit_mask::population(masks, bytes / mask_bytes)});
  return true;
}

/// Reads a row's masks up to the last group wanted: those in front say where the wanted groups' codes start.
bool Dma::read_row(std::uint32_t row, std::span<std::uint8_t> masks) {
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  const std::size_t before = registers[regs::first_group];
  std::uint32_t start = 0;
  run_.resize(before * mask_bytes + masks.size());
  if (!row_start(row, start) || !read(registers[regs::packed_masks] + std::uint64_t{row} * row_masks, run_))
    return false;
  std::copy(run_.begin() + static_cast<std::ptrdiff_t>(before * mask_bytes), run_.end(), masks.begin());
  data_runs_.push_back({start + bit_mask::population(run_.data(), before),
                        bit_mask::population(masks.data(), masks.size() / mask_bytes)});
  return true;
}

/// Where a packed row's codes start: docs of PackedMatrix.
bool Dma::row_start(std::uint32_t row, std::uint32_t& address) {
  std::uint32_t base = 0;
  std::uint16_t offset = 0;
  const bool found = read(registers[regs::packed_index_base] +
                              std::uint64_t{row} / index_rows(registers[regs::packed_groups]) * sizeof base,
                          {reinterpret_cast<std::uint8_t*>(&base), sizeof base}) &&
                     read(registers[regs::packed_index_offset] + std::uint64_t{row} * sizeof offset,
                          {reinterpret_cast<std::uint8_t*>(&offset), sizeof offset});
  address = registers[regs::packed_data] + base + offset;
  return found;
}

bool Dma::read(std::uint64_t address, std::span<std::uint8_t> to) {
  if (to.empty()) return true;
  if (!transfer(tlm::TLM_READ_COMMAND, address, to.data(), to.size())) return false;
  note_source();
  return true;
}

/// Long runs are taken by reference: most were decoded before and are never read.
/// @return where the bytes are; nullptr if nobody answers
const std::uint8_t* Dma::read_run(const Run& run, ScratchBuffer& buffer, std::size_t to) {
  const std::span bytes = buffer.overwrite(to, run.bytes);
  extension_->borrower = run.bytes < worth_borrowing ? nullptr : this;
  extension_->borrowed = nullptr;
  const bool done = read(run.address, bytes);
  extension_->borrower = nullptr;
  if (!done) return nullptr;
  if (extension_->borrowed == nullptr) return bytes.data();
  buffer.borrow(to, run.bytes, extension_->borrowed);
  return extension_->borrowed;
}

void Dma::copy_borrowed() {
  for (DecoderBuffers& decoder : decoders_) {
    decoder.data.copy_borrowed();
    decoder.mask.copy_borrowed();
  }
}

/// The rows of block() at once; one after the other where they do not lie in one memory, for the first that
/// nobody answers to be known.
bool Dma::move_rows(tlm::tlm_command command, std::uint8_t* data) {
  const Block rows = block();
  extension_->rows = rows.rows;
  extension_->memory_stride = rows.memory_stride;
  extension_->data_stride = rows.stride;
  const bool moved = transfer(command, rows.address, data, rows.row_bytes);
  extension_->rows = 1;
  if (moved) {
    if (command == tlm::TLM_READ_COMMAND) note_source();
    return true;
  }
  if (rows.memory_stride == rows.row_bytes) return false;
  for (std::uint32_t r = 0; r < rows.rows; ++r) {
    if (!transfer(command, rows.address + std::uint64_t{r} * rows.memory_stride,
                  data + std::size_t{r} * rows.stride, rows.row_bytes)) {
      return false;
    }
    if (command == tlm::TLM_READ_COMMAND) note_source();
  }
  return true;
}

bool Dma::transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes, std::size_t count) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(bytes);
  payload_.set_data_length(static_cast<unsigned>(count));
  payload_.set_streaming_width(static_cast<unsigned>(count));
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  bus->b_transport(payload_, time_);
  if (payload_.is_response_ok()) {
    memory_time_ += extension_->latency;
    bus_time_ += extension_->overhead;
    return true;
  }
  registers.set(regs::fault_address, static_cast<std::uint32_t>(address));
  return false;
}

/// Mask and auxiliary buffers have ports of their own, which nobody waits for.
void Dma::use_data_port(ScratchBuffer& buffer, std::uint64_t rows, std::uint64_t row_bytes) {
  if (&buffer == &decoders_[0].data || &buffer == &decoders_[1].data)
    use_port(buffer, rows * ceil_divide(row_bytes, port_bytes_));
}

void Dma::complete_transfer() {
  const std::uint64_t period = clock().period().value();
  complete_after(elapsed(), {.bus = bus_time_ / period, .memory = memory_time_ / period});
}

/// A stamp names one memory in one state; with several it names none.
void Dma::note_source() {
  if (reads_++ == 0) {
    stamp_.memory = extension_->memory;
    stamp_.generation = extension_->generation;
  } else if (stamp_.memory != extension_->memory || stamp_.generation != extension_->generation) {
    stamp_.memory = nullptr;
  }
}

void Dma::seal_stamp() {
  if (stamp_.memory == nullptr) stamp_.generation = ++unrepeatable_loads_;
}

void Dma::fail_on_bus() {
  fail_after(elapsed(), regs::Error::bus_error);
}

}  // namespace edgebert
