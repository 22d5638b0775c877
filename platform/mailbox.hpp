// SPDX-License-Identifier: Apache-2.0
// The host mailbox: one job in, one result out. Registers: mailbox_regs.hpp; contents: contract/mailbox.hpp.
// Modelled: the hand-over, a level interrupt while a job waits, the moment of the answer, and a host that
// looks at the answer and may post the next job a fixed turnaround later. Not modelled: the link to the host.
#pragma once
#include <functional>
#include <systemc>
#include <tlm>

#include <tlm_utils/simple_target_socket.h>

#include "contract/mailbox.hpp"
#include "ip/common/interrupt.hpp"
#include "ip/common/log.hpp"

namespace edgebert {

class Mailbox : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Mailbox> socket{"socket"};
  InterruptOutput interrupt;
  LogChannel log;

  /// @param turnaround  from firmware's ANSWER to the host's reaction; whole core cycles keep jobs on core
  /// clock edges
  Mailbox(sc_core::sc_module_name name, const sc_core::sc_time& turnaround);

  /// Host side: hands over a job now. The previous one must have been answered.
  void post(const mailbox::Job& job);
  /// Called when the host has seen an answer.
  void on_answer(std::function<void()> sink) { answer_sink_ = std::move(sink); }
  bool answered() const { return answered_; }
  /// When firmware wrote ANSWER.
  const sc_core::sc_time& answer_time() const { return answer_time_; }
  const mailbox::Result& result() const { return result_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool access(tlm::tlm_generic_payload& payload);
  void host_turn();
  bool access_register(std::uint64_t offset, bool read, std::uint32_t& value, const sc_core::sc_time& delay);

  mailbox::Job job_{};
  mailbox::Result result_{};
  const sc_core::sc_time turnaround_;
  sc_core::sc_event host_turn_{"host_turn"};
  sc_core::sc_time answer_time_;
  std::function<void()> answer_sink_;
  bool waiting_ = false;
  bool answered_ = false;
};

}  // namespace edgebert
