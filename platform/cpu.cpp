// SPDX-License-Identifier: Apache-2.0
// Why this is exact: an instruction that starts at or after the time of the next kernel event is not executed
// before that event; a bus write, which may have scheduled a nearer event, shortens the run to it. So every
// bus access happens at its own time against devices that have seen all earlier events, whatever the quantum.
#include "platform/cpu.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace edgebert {

namespace {
constexpr std::uint32_t csr_mie = 0x304;
constexpr std::uint32_t csr_mip = 0x344;
}  // namespace

Cpu::Cpu(sc_core::sc_module_name name, const ClockDomain& clock, std::uint64_t quantum)
    : sc_module(name), clock_(clock), quantum_(quantum), core_(*this, {}) {
  payload_.set_extension(extension_);
  core_.set_time_source([this] { return core_.cycles(); });
  SC_HAS_PROCESS(Cpu);
  SC_THREAD(execute);
}

void Cpu::set_interrupt(rv32::Interrupt line, bool level) {
  core_.set_interrupt(line, level);
  if (level) wake_.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Cpu::budget() const {
  if (!sc_core::sc_pending_activity()) return quantum_;
  return std::min(quantum_, clock_.cycles(sc_core::sc_time_to_pending_activity()));
}

void Cpu::execute() {
  for (;;) {
    std::uint64_t cycles = budget();
    if (cycles != 0 && control_ != nullptr) {
      cycles = std::min(cycles, control_->grant());
      if (cycles == 0) sc_core::sc_pause();
    }
    if (cycles == 0) {
      wait(sc_core::SC_ZERO_TIME);
      continue;
    }
    const rv32::RunResult result = observer_ == nullptr ? core_.run(cycles) : run_observed(cycles);
    if (control_ != nullptr) control_->ran(result.reason);
    if (result.cycles != 0) wait(clock_.time(result.cycles));
    if (yields_) {
      yields_ = false;
      wait(sc_core::SC_ZERO_TIME);
    }
    if (result.reason == rv32::StopReason::wfi) wait_for_interrupt();
    if (quantum_sink_) quantum_sink_();
  }
}

/// The same run, an instruction at a time. A write to the bus may shorten it.
rv32::RunResult Cpu::run_observed(std::uint64_t cycles) {
  observed_cycles_ = 0;
  observed_limit_ = cycles;
  rv32::RunResult step{};
  do {
    const std::uint32_t pc = core_.pc();
    step = core_.run(1);
    observed_cycles_ += step.cycles;
    if (step.cycles != 0) observer_->executed(pc, step.cycles, core_);
  } while (step.reason == rv32::StopReason::budget && observed_cycles_ < observed_limit_);
  return {step.reason, std::exchange(observed_cycles_, 0)};
}

void Cpu::wait_for_interrupt() {
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  // An event up to this very time may have ended the wait already.
  if ((*core_.csr(csr_mip) & *core_.csr(csr_mie)) != 0) return;
  if (idle_) idle_();
  if (sleep_sink_) sleep_sink_(start, true);
  log(LogLevel::debug, start, [] { return "sleeps"; });
  wait(wake_);
  const Cycles cycles = clock_.cycles(sc_core::sc_time_stamp() - start);
  core_.advance_cycles(cycles);
  sleeping_cycles_ += cycles;
  log(LogLevel::debug, sc_core::sc_time_stamp(),
      [cycles] { return "wakes after " + std::to_string(cycles) + " cycles"; });
  if (observer_ != nullptr) observer_->slept(cycles);
  const sc_core::sc_time edge = start + clock_.time(cycles);
  if (sleep_sink_) sleep_sink_(edge, false);
  if (edge > sc_core::sc_time_stamp()) wait(edge - sc_core::sc_time_stamp());
}

rv32::BusReply Cpu::read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) {
  value = 0;
  return access(tlm::TLM_READ_COMMAND, address, size, value);
}

rv32::BusReply Cpu::write(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  extension_->notified_nothing = false;
  rv32::BusReply reply = access(tlm::TLM_WRITE_COMMAND, address, size, value);
  reply.run_limit = extension_->notified_nothing ? rv32::BusReply::as_before : budget();
  observed_limit_ = std::min(observed_limit_, *reply.run_limit);
  return reply;
}

rv32::BusReply Cpu::access(tlm::tlm_command command, std::uint32_t address, std::uint32_t size,
                           std::uint32_t& value) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload_.set_data_length(size);
  payload_.set_streaming_width(size);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const sc_core::sc_time into_run = clock_.time(cycles_into_run());
  sc_core::sc_time delay = into_run;
  bus->b_transport(payload_, delay);
  return {payload_.is_response_ok(), static_cast<std::uint32_t>(clock_.cycles(delay - into_run))};
}

}  // namespace edgebert
