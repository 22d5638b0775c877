// SPDX-License-Identifier: Apache-2.0
#include "platform/mailbox.hpp"

#include <cstring>
#include <string>

#include "platform/mailbox_regs.hpp"

namespace edgebert {

namespace regs = mailbox_device;

Mailbox::Mailbox(sc_core::sc_module_name name, const sc_core::sc_time& turnaround)
    : sc_module(name), turnaround_(turnaround) {
  SC_HAS_PROCESS(Mailbox);
  SC_METHOD(host_turn);
  sensitive << host_turn_;
  dont_initialize();
  socket.register_b_transport(this, &Mailbox::b_transport);
  socket.register_transport_dbg(this, &Mailbox::transport_dbg);
}

/// An event of the kernel, so that the core does not run past the next job's arrival, however large its
/// quantum.
void Mailbox::host_turn() {
  answered_ = true;
  if (answer_sink_) answer_sink_();
}

void Mailbox::post(const mailbox::Job& job) {
  log(LogLevel::info, sc_core::sc_time_stamp(),
      [&] { return "job " + std::to_string(job.number) + " arrives"; });
  job_ = job;
  result_ = {};
  waiting_ = true;
  answered_ = false;
  interrupt.set(true);
}

void Mailbox::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (payload.get_address() >= regs::job_offset) {
    if (access(payload)) payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  if (payload.get_data_length() != 4) return payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  std::uint32_t value;
  std::memcpy(&value, payload.get_data_ptr(), sizeof value);
  if (!access_register(payload.get_address(), payload.is_read(), value, delay)) return;
  std::memcpy(payload.get_data_ptr(), &value, sizeof value);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Reads only.
unsigned Mailbox::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read()) return 0;
  const auto bytes = static_cast<unsigned>(payload.get_data_length());
  if (payload.get_address() >= regs::job_offset) return access(payload) ? bytes : 0;
  std::uint32_t value = 0;
  sc_core::sc_time none;
  if (bytes != sizeof value || !access_register(payload.get_address(), true, value, none)) return 0;
  std::memcpy(payload.get_data_ptr(), &value, sizeof value);
  return bytes;
}

/// The job and the result are plain memory: any size, the job read-only.
bool Mailbox::access(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const std::size_t bytes = payload.get_data_length();
  if (address >= regs::result_offset) {
    const std::uint64_t at = address - regs::result_offset;
    if (at + bytes > sizeof result_) return false;
    auto* contents = reinterpret_cast<std::uint8_t*>(&result_) + at;
    payload.is_read() ? std::memcpy(payload.get_data_ptr(), contents, bytes)
                      : std::memcpy(contents, payload.get_data_ptr(), bytes);
    return true;
  }
  const std::uint64_t at = address - regs::job_offset;
  if (!payload.is_read() || at + bytes > sizeof job_) return false;
  std::memcpy(payload.get_data_ptr(), reinterpret_cast<const std::uint8_t*>(&job_) + at, bytes);
  return true;
}

bool Mailbox::access_register(std::uint64_t offset, bool read, std::uint32_t& value,
                              const sc_core::sc_time& delay) {
  if (offset == regs::status.offset && read) {
    value = waiting_;
  } else if (offset == regs::take.offset && !read) {
    waiting_ = false;
    interrupt.set(false);
  } else if (offset == regs::answer.offset && !read) {
    answer_time_ = sc_core::sc_time_stamp() + delay;
    log(LogLevel::info, answer_time_,
        [this] { return "job " + std::to_string(result_.number) + " is answered"; });
    host_turn_.notify(delay + turnaround_);
  } else {
    return false;
  }
  return true;
}

}  // namespace edgebert
