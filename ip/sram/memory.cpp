// SPDX-License-Identifier: Apache-2.0
#include "ip/sram/memory.hpp"

#include <cstring>

namespace edgebert {

Memory::Memory(sc_core::sc_module_name name, const Parameters& parameters)
    : sc_module(name), parameters_(parameters), bytes_(parameters.bytes, 0) {
  socket.register_b_transport(this, &Memory::b_transport);
  socket.register_transport_dbg(this, &Memory::transport_dbg);
}

bool Memory::inside(const tlm::tlm_generic_payload& payload) const {
  return payload.get_address() <= bytes_.size() &&
         payload.get_data_length() <= bytes_.size() - payload.get_address();
}

void Memory::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  if (!inside(payload)) return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::uint8_t* at = bytes_.data() + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
    bytes_read_ += payload.get_data_length();
    ContentSource* source = nullptr;
    payload.get_extension(source);
    if (source != nullptr) {
      source->memory = this;
      source->generation = generation_;
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
  std::uint8_t* at = bytes_.data() + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
  } else {
    std::memcpy(at, payload.get_data_ptr(), payload.get_data_length());
    touch();
  }
  return payload.get_data_length();
}

}  // namespace edgebert
