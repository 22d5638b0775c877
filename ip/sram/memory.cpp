// SPDX-License-Identifier: Apache-2.0
#include "ip/sram/memory.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace edgebert {

Memory::Memory(sc_core::sc_module_name name, const Parameters& parameters)
    : sc_module(name),
      parameters_(parameters),
      bytes_(static_cast<std::uint8_t*>(std::calloc(std::max<std::uint64_t>(parameters.bytes, 1), 1))) {
  if (bytes_ == nullptr) throw std::bad_alloc();
  socket.register_b_transport(this, &Memory::b_transport);
  socket.register_transport_dbg(this, &Memory::transport_dbg);
}

bool Memory::inside(const tlm::tlm_generic_payload& payload) const {
  return payload.get_address() <= size() && payload.get_data_length() <= size() - payload.get_address();
}

BurstTime Memory::burst(std::uint64_t offset, std::uint64_t bytes, bool read) {
  const MemoryTiming& timing = parameters_.timing;
  return {(read ? timing.read_latency : timing.write_latency).value(),
          timing.cycle.value() * beats(offset, bytes, timing.width)};
}

void Memory::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  if (!inside(payload)) return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::uint8_t* at = bytes_.get() + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
    bytes_read_ += payload.get_data_length();
    TransferReport* report = nullptr;
    payload.get_extension(report);
    if (report != nullptr) {
      report->memory = parameters_.private_port ? nullptr : this;
      report->generation = generation_;
    }
  } else if (parameters_.writable) {
    std::memcpy(at, payload.get_data_ptr(), payload.get_data_length());
    touch();
    bytes_written_ += payload.get_data_length();
    if (write_sink_) write_sink_(payload.get_address(), payload.get_data_length());
  } else {
    return payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Memory::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!inside(payload)) return 0;
  std::uint8_t* at = bytes_.get() + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
  } else {
    std::memcpy(at, payload.get_data_ptr(), payload.get_data_length());
    touch();
  }
  return payload.get_data_length();
}

}  // namespace edgebert
