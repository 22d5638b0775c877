// SPDX-License-Identifier: Apache-2.0
#include "ip/sram/memory.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "ip/common/copy_rows.hpp"

namespace edgebert {
namespace {

/// Rows as an extension describes them; without one, a single row.
struct Rows {
  std::uint32_t count = 1;
  std::uint64_t memory_stride = 0;
  std::size_t data_stride = 0;
  std::uint64_t extent;

  Rows(const tlm::tlm_generic_payload& payload, const TransferExtension* extension)
      : extent(payload.get_data_length()) {
    if (extension == nullptr) return;
    count = extension->rows;
    memory_stride = extension->memory_stride;
    data_stride = extension->data_stride;
    extent = extension->extent(payload.get_data_length());
  }
};

TransferExtension* extension_of(const tlm::tlm_generic_payload& payload) {
  TransferExtension* extension = nullptr;
  payload.get_extension(extension);
  return extension;
}

}  // namespace

Memory::Memory(sc_core::sc_module_name name, const Parameters& parameters)
    : sc_module(name),
      parameters_(parameters),
      bytes_(static_cast<std::uint8_t*>(std::calloc(std::max<std::uint64_t>(parameters.bytes, 1), 1))) {
  if (bytes_ == nullptr) throw std::bad_alloc();
  socket.register_b_transport(this, &Memory::b_transport);
  socket.register_transport_dbg(this, &Memory::transport_dbg);
}

BurstTime Memory::burst(std::uint64_t offset, std::uint64_t bytes, bool read) {
  const MemoryTiming& timing = parameters_.timing;
  return {(read ? timing.read_latency : timing.write_latency).value(),
          timing.cycle.value() * beats(offset, bytes, timing.width)};
}

void Memory::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  TransferExtension* extension = extension_of(payload);
  const std::uint64_t extent = Rows(payload, extension).extent;
  if (payload.get_address() > size() || extent > size() - payload.get_address())
    return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (payload.is_read()) {
    read(payload, extension);
  } else if (parameters_.writable) {
    write(payload, extension);
  } else {
    return payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Memory::read(tlm::tlm_generic_payload& payload, TransferExtension* extension) {
  const std::uint8_t* from = bytes_.get() + payload.get_address();
  const std::size_t row_bytes = payload.get_data_length();
  const Rows rows(payload, extension);
  bytes_read_ += rows.count * row_bytes;
  for (std::uint32_t row = 0; part_.end != 0 && row < rows.count; ++row) {
    const std::uint64_t begin = payload.get_address() + row * rows.memory_stride;
    const std::uint64_t end = std::min(part_.end, begin + row_bytes);
    const std::uint64_t inside = std::max(part_.begin, begin);
    part_bytes_read_ += end > inside ? end - inside : 0;
  }
  if (extension != nullptr) {
    extension->memory = parameters_.private_port ? nullptr : this;
    extension->generation = generation_;
    extension->borrowed = nullptr;
    if (extension->borrower != nullptr && !parameters_.private_port) {
      extension->borrowed = from;
      if (std::find(borrowers_.begin(), borrowers_.end(), extension->borrower) == borrowers_.end())
        borrowers_.push_back(extension->borrower);
      return;
    }
  }
  copy_rows({payload.get_data_ptr(), rows.data_stride}, {from, rows.memory_stride}, row_bytes, rows.count);
}

void Memory::write(tlm::tlm_generic_payload& payload, const TransferExtension* extension) {
  call_in_borrowed();
  std::uint8_t* to = bytes_.get() + payload.get_address();
  const std::size_t row_bytes = payload.get_data_length();
  const Rows rows(payload, extension);
  copy_rows({to, rows.memory_stride}, {payload.get_data_ptr(), rows.data_stride}, row_bytes, rows.count);
  touch();
  bytes_written_ += rows.count * row_bytes;
  const std::uint64_t begin = payload.get_address();
  written_ = written_.bytes() == 0
                 ? Extent{begin, begin + rows.extent}
                 : Extent{std::min(written_.begin, begin), std::max(written_.end, begin + rows.extent)};
  if (write_sink_) write_sink_(payload.get_address(), rows.extent);
}

void Memory::call_in_borrowed() {
  for (Borrower* borrower : borrowers_) borrower->copy_borrowed();
  borrowers_.clear();
}

unsigned Memory::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::size_t bytes = payload.get_data_length();
  if (payload.get_address() > size() || bytes > size() - payload.get_address()) return 0;
  std::uint8_t* at = bytes_.get() + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), at, bytes);
  } else {
    call_in_borrowed();
    std::memcpy(at, payload.get_data_ptr(), bytes);
    touch();
  }
  return static_cast<unsigned>(bytes);
}

}  // namespace edgebert
