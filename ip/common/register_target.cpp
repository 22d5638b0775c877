// SPDX-License-Identifier: Apache-2.0
#include "ip/common/register_target.hpp"

#include <cstring>

#include "ip/common/write_extension.hpp"

namespace edgebert {

RegisterTarget::RegisterTarget(sc_core::sc_module_name name, std::span<const Register> map)
    : sc_module(name) {
  registers.declare(map);
  socket.register_b_transport(this, &RegisterTarget::b_transport);
  socket.register_transport_dbg(this, &RegisterTarget::transport_dbg);
}

void RegisterTarget::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  if (payload.get_data_length() != 4 || offset % 4 != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (payload.is_read()) {
    if (const Register* reg = registers.find_readable(offset)) {
      on_read(*reg, delay);
      const std::uint32_t value = registers[*reg];
      std::memcpy(payload.get_data_ptr(), &value, sizeof value);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
    }
  } else if (const Register* reg = registers.find_writable(offset)) {
    std::uint32_t value;
    std::memcpy(&value, payload.get_data_ptr(), sizeof value);
    const std::uint32_t previous = registers[*reg];
    registers.set(*reg, value);
    const Effect effect = on_write(*reg, previous, delay);
    if (effect == Effect::none) {
      if (auto* extension = payload.get_extension<WriteExtension>()) extension->notified_nothing = true;
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
}

unsigned RegisterTarget::transport_dbg(tlm::tlm_generic_payload& payload) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  const Register* reg = payload.get_data_length() == 4 ? registers.find_declared(offset) : nullptr;
  if (reg == nullptr || !payload.is_read()) return 0;
  // What a read refreshes or keeps for the next one is put back.
  const RegisterFile before = registers;
  on_read(*reg, sc_core::SC_ZERO_TIME);
  const std::uint32_t value = registers[*reg];
  registers = before;
  std::memcpy(payload.get_data_ptr(), &value, sizeof value);
  return 4;
}

}  // namespace edgebert
