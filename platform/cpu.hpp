// SPDX-License-Identifier: Apache-2.0
// The RISC-V core in simulated time: runs ahead of the kernel, but never past a pending event, so its timing
// is exact and does not depend on the quantum. Memory windows by pointer (ROM, system SRAM); everything else
// over the bus.
//
// Modelled: one cycle an instruction, stalls of bus accesses rounded up to core cycles, CSR time in core
// cycles as the timer counts them, WFI without cost to the host. Not modelled: pipeline, caches, fetch and
// data latency of the private port.
#pragma once
#include <functional>
#include <systemc>

#include <tlm_utils/simple_initiator_socket.h>

#include "ip/common/clock_domain.hpp"
#include "ip/common/log.hpp"
#include "ip/common/write_extension.hpp"
#include "platform/debug/run_control.hpp"
#include "platform/rv32/core.hpp"

namespace edgebert {

class Cpu : public sc_core::sc_module, private rv32::Bus {
 public:
  tlm_utils::simple_initiator_socket<Cpu> bus{"bus"};
  LogChannel log;

  /// @param quantum  most cycles the core runs ahead
  Cpu(sc_core::sc_module_name name, const ClockDomain& clock, std::uint64_t quantum);

  /// A memory with a private port, reached without the bus.
  void add_memory(std::uint32_t base, std::span<std::uint8_t> bytes, bool writable) {
    core_.add_memory(base, bytes, writable);
  }
  /// Something else wrote to memory with a private port: decoded code and reservations there are dropped.
  void memory_changed(std::uint32_t address, std::uint32_t bytes) { core_.memory_changed(address, bytes); }
  void reset(std::uint32_t entry) { core_.reset(entry); }
  void set_interrupt(rv32::Interrupt line, bool level);
  /// Called whenever the core starts to wait in WFI, at the exact time.
  void on_idle(std::function<void()> sink) { idle_ = std::move(sink); }
  /// Called at both ends of each wait in WFI. At its end, on a clock edge, that may be later than the
  /// kernel's time.
  using SleepSink = std::function<void(const sc_core::sc_time& now, bool asleep)>;
  void on_sleep(SleepSink sink) { sleep_sink_ = std::move(sink); }
  /// Called every `quantum` cycles at most, between runs: limits are checked here.
  void on_quantum(std::function<void()> sink) { quantum_sink_ = std::move(sink); }
  /// From within a bus access: leave the run after this instruction.
  void stop_run() { core_.request_stop(); }

  /// The simulation pauses at this time for the host to act, and what it does comes before the core's next
  /// instruction. Call from a method, which the kernel runs before the core's thread.
  void yield() { yields_ = true; }

  /// Who decides how far the core may run; nullptr: nobody.
  void set_run_control(debug::RunControl* control) { control_ = control; }
  /// Who is told of each instruction, which then cost the host many times as much; nullptr: nobody.
  void set_observer(debug::CoreObserver* observer) { observer_ = observer; }

  const rv32::Core& core() const { return core_; }
  /// For a debugger, between runs.
  rv32::Core& core() { return core_; }
  /// The time of the instruction under way, which may be ahead of the kernel's; between runs the kernel's.
  sc_core::sc_time local_time() const { return sc_core::sc_time_stamp() + clock_.time(cycles_into_run()); }
  /// Cycles in WFI since reset, waits that are over.
  Cycles sleeping_cycles() const { return sleeping_cycles_; }

 private:
  void execute();
  rv32::RunResult run_observed(std::uint64_t cycles);
  void wait_for_interrupt();
  std::uint64_t budget() const;
  std::uint64_t cycles_into_run() const { return observed_cycles_ + core_.cycles_into_run(); }
  rv32::BusReply read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) override;
  rv32::BusReply write(std::uint32_t address, std::uint32_t size, std::uint32_t value) override;
  rv32::BusReply access(tlm::tlm_command command, std::uint32_t address, std::uint32_t size,
                        std::uint32_t& value);

  const ClockDomain& clock_;
  const std::uint64_t quantum_;
  rv32::Core core_;
  tlm::tlm_generic_payload payload_;
  WriteExtension* extension_ = new WriteExtension;  ///< the payload's, which frees it
  sc_core::sc_event wake_{"wake"};
  Cycles sleeping_cycles_ = 0;
  bool yields_ = false;
  debug::RunControl* control_ = nullptr;
  debug::CoreObserver* observer_ = nullptr;
  std::uint64_t observed_cycles_ = 0;  ///< of a run cut into instructions, those before the present one
  std::uint64_t observed_limit_ = 0;   ///< how long such a run may be
  std::function<void()> idle_;
  SleepSink sleep_sink_;
  std::function<void()> quantum_sink_;
};

}  // namespace edgebert
