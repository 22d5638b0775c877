// SPDX-License-Identifier: Apache-2.0
#include "ip/dma/dma.hpp"

#include <bit>
#include <cstring>

#include "contract/formats.hpp"

namespace edgebert {

namespace regs = dma;

namespace {
constexpr std::size_t mask_bytes = 8;

std::size_t population(std::span<const std::uint8_t> masks) {
  std::size_t bits = 0;
  for (const std::uint8_t byte : masks) bits += static_cast<std::size_t>(std::popcount(byte));
  return bits;
}
}  // namespace

Dma::Dma(sc_core::sc_module_name name, std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary,
         const ClockDomain& clock)
    : Unit(name, unit::Kind::dma, regs::map, clock), decoders_(decoders), auxiliary_(auxiliary) {}

ScratchBuffer* Dma::buffer(regs::Buffer which) {
  switch (which) {
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
  switch (static_cast<regs::Operation>(regs::mode_operation.get(registers[regs::mode]))) {
    case regs::Operation::load:
      return load();
    case regs::Operation::store:
      return store();
    case regs::Operation::load_packed:
      return load_packed();
  }
  fail(regs::Error::bad_shape);
}

void Dma::load() {
  ScratchBuffer* target = buffer(static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode])));
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t row_bytes = registers[regs::row_bytes];
  const std::uint32_t stride = registers[regs::buffer_stride];
  const std::uint32_t base = registers[regs::buffer_address];
  if (target == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!target->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);

  const std::uint32_t memory_stride = registers[regs::memory_stride];
  const bool contiguous = memory_stride == row_bytes;
  std::vector<std::uint8_t> block;
  for (std::uint32_t r = 0; r < (contiguous ? 1 : rows); ++r) {
    const std::uint64_t from = registers[regs::memory_address] + std::uint64_t{r} * memory_stride;
    if (!read_append(from, contiguous ? std::size_t{rows} * row_bytes : row_bytes, block))
      return fail_on_bus();
  }
  complete_after(elapsed(), [this, target, base, stride, row_bytes, rows, block = std::move(block)] {
    for (std::uint32_t r = 0; r < rows; ++r) {
      target->write(base + std::size_t{r} * stride,
                    std::span(block).subspan(std::size_t{r} * row_bytes, row_bytes));
    }
    counters.add("bytes_loaded", block.size());
  });
}

void Dma::store() {
  const ScratchBuffer* source =
      buffer(static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode])));
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t row_bytes = registers[regs::row_bytes];
  const std::uint32_t stride = registers[regs::buffer_stride];
  const std::uint32_t base = registers[regs::buffer_address];
  if (source == nullptr || rows == 0 || row_bytes == 0) return fail(regs::Error::bad_shape);
  if (!source->contains(base, rows, stride, row_bytes)) return fail(regs::Error::outside_buffer);

  std::vector<std::uint8_t> block;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const auto row = source->read(base + std::size_t{r} * stride, row_bytes);
    block.insert(block.end(), row.begin(), row.end());
  }
  const std::uint32_t memory_stride = registers[regs::memory_stride];
  const bool contiguous = memory_stride == row_bytes;
  const std::size_t run = contiguous ? block.size() : row_bytes;
  for (std::size_t done = 0; done < block.size(); done += run) {
    const std::uint64_t to = registers[regs::memory_address] + done / row_bytes * memory_stride;
    if (!transfer(tlm::TLM_WRITE_COMMAND, to, block.data() + done, run)) return fail_on_bus();
  }
  complete_after(elapsed(), [this, bytes = block.size()] { counters.add("bytes_stored", bytes); });
}

void Dma::load_packed() {
  const auto which = static_cast<regs::Buffer>(regs::mode_buffer.get(registers[regs::mode]));
  if (which != regs::Buffer::data0 && which != regs::Buffer::data1) return fail(regs::Error::bad_shape);
  DecoderBuffers& decoder = decoders_[which == regs::Buffer::data0 ? 0 : 1];
  const std::uint64_t last_group = std::uint64_t{registers[regs::first_group]} + registers[regs::groups];
  if (registers[regs::rows] == 0 || registers[regs::groups] == 0 ||
      last_group > registers[regs::packed_groups]) {
    return fail(regs::Error::bad_shape);
  }
  const std::uint32_t mask_base = registers[regs::mask_address];
  const std::uint64_t row_masks = registers[regs::groups] * mask_bytes;
  if (!decoder.mask.contains(mask_base, registers[regs::rows], row_masks, row_masks))
    return fail(regs::Error::outside_buffer);

  std::vector<std::uint8_t> masks;
  std::vector<std::uint8_t> data;
  if (!gather(masks, data)) return fail_on_bus();
  const std::uint32_t base = registers[regs::buffer_address];
  if (!decoder.data.contains(base, 1, 0, data.size())) return fail(regs::Error::outside_buffer);
  complete_after(elapsed(),
                 [this, &decoder, base, mask_base, masks = std::move(masks), data = std::move(data)] {
                   decoder.mask.write(mask_base, masks);
                   decoder.data.write(base, data);
                   registers.set(regs::loaded_bytes, static_cast<std::uint32_t>(data.size()));
                   counters.add("bytes_loaded", masks.size() + data.size());
                 });
}

bool Dma::gather(std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data) {
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t list = registers[regs::row_list];
  const bool whole = registers[regs::groups] == registers[regs::packed_groups];
  if (list == 0 && whole) return read_whole_rows(masks, data);
  std::vector<std::uint16_t> row_numbers(rows);
  if (list != 0) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(row_numbers.data());
    if (!transfer(tlm::TLM_READ_COMMAND, list, bytes, std::size_t{rows} * 2)) return false;
  }
  for (std::uint32_t r = 0; r < rows; ++r) {
    if (!read_row(list != 0 ? row_numbers[r] : registers[regs::first_row] + r, masks, data)) return false;
  }
  return true;
}

bool Dma::read_whole_rows(std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data) {
  const std::uint32_t first = registers[regs::first_row];
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  std::uint32_t start = 0;
  return row_start(first, start) &&
         read_append(registers[regs::packed_masks] + std::uint64_t{first} * row_masks,
                     row_masks * registers[regs::rows], masks) &&
         read_append(start, population(masks), data);
}

bool Dma::read_row(std::uint32_t row, std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data) {
  const std::size_t row_masks = registers[regs::packed_groups] * mask_bytes;
  const std::size_t before = registers[regs::first_group] * mask_bytes;
  const std::size_t wanted = registers[regs::groups] * mask_bytes;
  std::uint32_t start = 0;
  std::vector<std::uint8_t> row_mask;
  if (!row_start(row, start) || !read_append(registers[regs::packed_masks] + std::uint64_t{row} * row_masks,
                                             before + wanted, row_mask)) {
    return false;
  }
  const std::span<const std::uint8_t> all(row_mask);
  masks.insert(masks.end(), row_mask.begin() + static_cast<std::ptrdiff_t>(before), row_mask.end());
  return read_append(std::uint64_t{start} + population(all.first(before)), population(all.subspan(before)),
                     data);
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
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes);
  payload.set_data_length(static_cast<unsigned>(count));
  payload.set_streaming_width(static_cast<unsigned>(count));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  bus->b_transport(payload, time_);
  if (payload.is_response_ok()) return true;
  registers.set(regs::fault_address, static_cast<std::uint32_t>(address));
  return false;
}

void Dma::fail_on_bus() {
  complete_after(elapsed(), [this] { report_error(regs::Error::bus_error); });
}

}  // namespace edgebert
