// SPDX-License-Identifier: Apache-2.0
// A block of registers on the bus: the TLM side of every unit and platform device. Aligned 32-bit accesses
// only; anything else answers with a TLM error response. Reading through transport_dbg has no side effects,
// and of a write-only register gives what was written last.
#pragma once
#include <systemc>
#include <tlm>

#include <tlm_utils/simple_target_socket.h>

#include "ip/common/log.hpp"
#include "ip/common/register_file.hpp"

namespace edgebert {

class RegisterTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterTarget> socket{"socket"};
  RegisterFile registers;
  LogChannel log;

 protected:
  RegisterTarget(sc_core::sc_module_name name, std::span<const Register> map);

  /// Called before a register is read over the bus, or by a debugger: refresh it. Changes registers only.
  virtual void on_read(const Register&, const sc_core::sc_time& /*delay*/) {}
  enum class Effect {
    none,    ///< no event was notified or cancelled
    events,  ///< some may have been
  };
  /// Called after a register was written over the bus. @param previous  its value before
  virtual Effect on_write(const Register&, std::uint32_t previous, const sc_core::sc_time& delay) = 0;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
};

}  // namespace edgebert
