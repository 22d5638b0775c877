// SPDX-License-Identifier: Apache-2.0
#include "ip/dma/dma.hpp"

#include <bit>
#include <cstring>

#include "contract/formats.hpp"

namespace edgebert {

namespace regs = dma;
using Use = ScratchBuffer::Use;

namespace {
constexpr std::size_t mask_bytes = 8;

std::size_t population(std::span<const std::uint8_t> masks) {
  std::size_t bits = 0;
  for (std::size_t at = 0; at < masks.size(); at += mask_bytes) {
    std::uint64_t word;
    std::memcpy(&word, masks.data() + at, sizeof word);
    bits += static_cast<std::size_t>(std::popcount(word));
  }
  return bits;
}
}  // namespace

Dma::Dma(sc_core::sc_module_name name, std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary,
         const ClockDomain& clock)
    : Unit(name, unit::Kind::dma, regs::map, clock),
      decoders_(decoders),
      auxiliary_(auxiliary),
      source_(new ContentSource) {
  payload_.set_extension(source_);
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
  data_.clear();
  masks_.clear();
  stamp_ = {};
  mixed_sources_ = false;
  running_.operation = static_cast<regs::Operation>(regs::mode_operation.get(registers[regs::mode]));
  running_.block = {registers[regs::buffer_address], registers[regs::buffer_stride],
                    registers[regs::row_bytes], registers[regs::rows]};
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
  switch (running_.operation) {
    case regs::Operation::load:
      return finish_load();
    case regs::Operation::store:
      bytes_stored_ += data_.size();
      return;
    case regs::Operation::load_packed:
      return finish_load_packed();
  }
}

void Dma::load() {
  ScratchBuffer* target = buffer();
  const auto [base, stride, row_bytes, rows] = running_.block;
  if (target == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!target->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);
  if (!claim(*target, base, rows, stride, row_bytes, Use::writes)) return fail(unit::Error::buffer_in_use);

  const std::uint32_t memory_stride = registers[regs::memory_stride];
  const bool contiguous = memory_stride == row_bytes;
  for (std::uint32_t r = 0; r < (contiguous ? 1 : rows); ++r) {
    const std::uint64_t from = registers[regs::memory_address] + std::uint64_t{r} * memory_stride;
    if (!read_append(from, contiguous ? std::size_t{rows} * row_bytes : row_bytes, data_))
      return fail_on_bus();
  }
  running_.buffer = target;
  stamp_.command = {registers[regs::mode], rows,      registers[regs::memory_address],
                    memory_stride,         row_bytes, stride};
  stamp_.row_bytes = row_bytes;
  stamp_.stride = stride;
  complete_after(elapsed());
}

void Dma::finish_load() {
  ScratchBuffer* target = running_.buffer;
  const auto [base, stride, row_bytes, rows] = running_.block;
  for (std::uint32_t r = 0; r < rows; ++r) {
    target->write(base + std::size_t{r} * stride,
                  std::span(data_).subspan(std::size_t{r} * row_bytes, row_bytes));
  }
  target->stamp(base, base + std::size_t{rows - 1} * stride + row_bytes, stamp_);
  bytes_loaded_ += data_.size();
}

void Dma::store() {
  ScratchBuffer* source = buffer();
  const auto [base, stride, row_bytes, rows] = running_.block;
  if (source == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!source->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);
  if (!claim(*source, base, rows, stride, row_bytes, Use::reads)) return fail(unit::Error::buffer_in_use);

  data_.resize(std::size_t{rows} * row_bytes);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const auto row = source->read(base + std::size_t{r} * stride, row_bytes);
    std::memcpy(data_.data() + std::size_t{r} * row_bytes, row.data(), row.size());
  }
  const std::uint32_t memory_stride = registers[regs::memory_stride];
  const bool contiguous = memory_stride == row_bytes;
  const std::size_t run = contiguous ? data_.size() : row_bytes;
  for (std::size_t done = 0; done < data_.size(); done += run) {
    const std::uint64_t to = registers[regs::memory_address] + done / row_bytes * memory_stride;
    if (!transfer(tlm::TLM_WRITE_COMMAND, to, data_.data() + done, run)) return fail_on_bus();
  }
  complete_after(elapsed());
}

void Dma::load_packed() {
  const auto which = static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode]));
  if (which != regs::Buffer::data0 && which != regs::Buffer::data1) return fail(regs::Error::bad_shape);
  DecoderBuffers& decoder = decoders_[which == regs::Buffer::data0 ? 0 : 1];
  const std::uint64_t last_group = std::uint64_t{registers[regs::first_group]} + registers[regs::groups];
  if (running_.block.rows == 0 || registers[regs::groups] == 0 ||
      last_group > registers[regs::packed_groups]) {
    return fail(regs::Error::bad_shape);
  }
  running_.decoder = &decoder;
  running_.mask_base = registers[regs::mask_address];
  const std::uint64_t row_masks = registers[regs::groups] * mask_bytes;
  if (!decoder.mask.contains(running_.mask_base, running_.block.rows, row_masks, row_masks))
    return fail(regs::Error::outside_buffer);

  if (!gather()) return fail_on_bus();
  if (!decoder.data.contains(running_.block.base, 1, 0, data_.size()))
    return fail(regs::Error::outside_buffer);
  if (!claim(decoder.mask, running_.mask_base, 1, 0, masks_.size(), Use::writes) ||
      !claim(decoder.data, running_.block.base, 1, 0, data_.size(), Use::writes)) {
    return fail(unit::Error::buffer_in_use);
  }
  stamp_.command = {registers[regs::mode],
                    running_.block.rows,
                    registers[regs::packed_masks],
                    registers[regs::packed_data],
                    registers[regs::packed_index_base],
                    registers[regs::packed_index_offset],
                    registers[regs::packed_groups],
                    registers[regs::first_group],
                    registers[regs::groups],
                    registers[regs::first_row]};
  stamp_.row_bytes = stamp_.stride = 1;
  complete_after(elapsed());
}

void Dma::finish_load_packed() {
  DecoderBuffers& decoder = *running_.decoder;
  decoder.mask.write(running_.mask_base, masks_);
  decoder.data.write(running_.block.base, data_);
  decoder.mask.stamp(running_.mask_base, running_.mask_base + masks_.size(), stamp_);
  decoder.data.stamp(running_.block.base, running_.block.base + data_.size(), stamp_);
  registers.set(regs::loaded_bytes, static_cast<std::uint32_t>(data_.size()));
  bytes_loaded_ += masks_.size() + data_.size();
}

bool Dma::gather() {
  const std::uint32_t rows = running_.block.rows;
  const std::uint32_t list = registers[regs::row_list];
  const bool whole = registers[regs::groups] == registers[regs::packed_groups];
  if (list == 0 && whole) return read_whole_rows();
  row_numbers_.resize(rows);
  if (list != 0) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(row_numbers_.data());
    if (!transfer(tlm::TLM_READ_COMMAND, list, bytes, std::size_t{rows} * 2)) return false;
  }
  for (std::uint32_t r = 0; r < rows; ++r) {
    if (!read_row(list != 0 ? row_numbers_[r] : registers[regs::first_row] + r)) return false;
  }
  return true;
}

bool Dma::read_whole_rows() {
  const std::uint32_t first = registers[regs::first_row];
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  std::uint32_t start = 0;
  return row_start(first, start) &&
         read_append(registers[regs::packed_masks] + std::uint64_t{first} * row_masks,
                     row_masks * running_.block.rows, masks_) &&
         read_append(start, population(masks_), data_);
}

bool Dma::read_row(std::uint32_t row) {
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  const std::size_t before = registers[regs::first_group] * mask_bytes;
  const std::size_t wanted = registers[regs::groups] * mask_bytes;
  std::uint32_t start = 0;
  row_mask_.clear();
  if (!row_start(row, start) || !read_append(registers[regs::packed_masks] + std::uint64_t{row} * row_masks,
                                             before + wanted, row_mask_)) {
    return false;
  }
  const std::span<const std::uint8_t> all(row_mask_);
  masks_.insert(masks_.end(), row_mask_.begin() + static_cast<std::ptrdiff_t>(before), row_mask_.end());
  return read_append(std::uint64_t{start} + population(all.first(before)), population(all.subspan(before)),
                     data_);
}

/// Where a packed row's codes start: docs of PackedMatrix.
bool Dma::row_start(std::uint32_t row, std::uint32_t& address) {
  std::uint32_t base = 0;
  std::uint16_t offset = 0;
  const bool read =
      transfer(tlm::TLM_READ_COMMAND,
               registers[regs::packed_index_base] +
                   std::uint64_t{row} / index_rows(registers[regs::packed_groups]) * sizeof base,
               reinterpret_cast<std::uint8_t*>(&base), sizeof base) &&
      transfer(tlm::TLM_READ_COMMAND,
               registers[regs::packed_index_offset] + std::uint64_t{row} * sizeof offset,
               reinterpret_cast<std::uint8_t*>(&offset), sizeof offset);
  address = registers[regs::packed_data] + base + offset;
  return read;
}

bool Dma::read_append(std::uint64_t address, std::size_t count, std::vector<std::uint8_t>& to) {
  if (count == 0) return true;
  to.resize(to.size() + count);
  return transfer(tlm::TLM_READ_COMMAND, address, to.data() + to.size() - count, count);
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
    if (command == tlm::TLM_READ_COMMAND) note_source();
    return true;
  }
  registers.set(regs::fault_address, static_cast<std::uint32_t>(address));
  return false;
}

/// A stamp names one memory in one state; a load from several has none.
void Dma::note_source() {
  const bool first = stamp_.memory == nullptr && !mixed_sources_;
  const bool same = stamp_.memory == source_->memory && stamp_.generation == source_->generation;
  mixed_sources_ = mixed_sources_ || !(first || same);
  stamp_.memory = mixed_sources_ ? nullptr : source_->memory;
  stamp_.generation = source_->generation;
}

void Dma::fail_on_bus() {
  fail_after(elapsed(), regs::Error::bus_error);
}

}  // namespace edgebert
