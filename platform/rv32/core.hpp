// SPDX-License-Identifier: Apache-2.0
// RISC-V core RV32IMAC_Zicsr_Zifencei, machine and user mode, one hart, little-endian. No SystemC.
//
// Modelled: function exactly, precise traps and interrupts, every instruction one cycle plus what the bus
// stalls. Not modelled: pipeline, caches, branch cost, memory protection (PMP), triggers, supervisor mode, F
// and D.
//
// Time: run() is cut into pieces by its caller and by MMIO writes. Where it is cut changes nothing: state,
// cycle counts and the time of every bus access are the same for any budget, provided interrupt inputs change
// only inside bus callbacks or between runs.
//
// Choices the ISA leaves open
// - Instructions come from memory windows only; elsewhere: fetch access fault, mtval is the first byte not
// there.
// - Code that was stored to is executed as stored only after FENCE.I; until then old or new instructions run.
// - Misaligned loads and stores work if all their bytes are in memory windows, also across two of them;
// otherwise,
//   and always with strict_alignment, they trap as misaligned. The bus sees naturally aligned accesses only.
// - LR, SC and AMO work in memory windows (SC and AMO in writable ones) and give an access fault elsewhere;
// misaligned
//   they always trap. A reservation covers one word; traps and own stores do not end it, memory_changed() and
//   SC do.
// - mtval: faulting address; instruction bits of an illegal instruction; pc of EBREAK; 0 for ECALL and
// interrupts.
// - WFI waits until an interrupt enabled in mie is pending, whatever mstatus.MIE says. A trap (exception or
//   interrupt) costs one cycle and retires nothing.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>

#include "platform/rv32/code_cache.hpp"
#include "platform/rv32/csr.hpp"
#include "platform/rv32/memory_windows.hpp"

namespace edgebert::rv32 {

/// Answer of the bus to one access.
struct BusReply {
  bool ok;                         ///< false: precise access fault in the core
  std::uint32_t stall_cycles = 0;  ///< cycles the access takes beyond the instruction's own one
  /// Of a write: how many cycles this run() may use in all, now that it is known what the write has
  /// scheduled. Nothing: the run ends with the instruction.
  std::optional<std::uint64_t> run_limit{};
  /// A write that has scheduled nothing: the run may use what it might before.
  static constexpr std::uint64_t as_before = ~std::uint64_t{0};
};

/// Everything that is not a memory window. Inside a callback pc(), cycles() and cycles_into_run() are those
/// of the accessing instruction; set_interrupt(), request_stop() and memory_changed() may be called, run()
/// and reset() not.
class Bus {
 public:
  virtual ~Bus() = default;
  /// @param size  1, 2 or 4; address is a multiple of it. The value is in the low bits; upper bits are
  /// ignored.
  virtual BusReply read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) = 0;
  virtual BusReply write(std::uint32_t address, std::uint32_t size, std::uint32_t value) = 0;
};

enum class StopReason : std::uint8_t {
  budget,      ///< the cycle budget is used up
  bus_write,   ///< the last instruction wrote to the bus, which did not say how far the run may go on
  wfi,         ///< waiting; nothing enabled is pending
  requested,   ///< request_stop() was called during the last instruction
  breakpoint,  ///< the next instruction has a breakpoint
  watchpoint,  ///< the last instruction did what a watchpoint waits for; watch_hit() says which
};

/// Bytes that run() shall stop after a load or store of this core to. A store that changes nothing counts,
/// the accesses of DMA do not.
struct Watchpoint {
  std::uint32_t address;
  std::uint32_t length;
  bool reads;
  bool writes;

  auto operator<=>(const Watchpoint&) const = default;
};

struct RunResult {
  StopReason reason;
  std::uint64_t cycles;  ///< used; more than the budget if the last access stalled beyond it
};

class Core {
 public:
  struct Parameters {
    std::uint32_t hart_id = 0;
    bool strict_alignment = false;
  };

  Core(Bus& bus, const Parameters& parameters)
      : bus_(bus), parameters_(parameters), csr_(parameters.hart_id) {}

  /// Maps host memory into the address space; read-only memory answers stores with an access fault.
  /// @throws Error (config), see MemoryWindows::add
  void add_memory(std::uint32_t base, std::span<std::uint8_t> bytes, bool writable) {
    memory_.add(base, bytes, writable);
  }

  /// Power-on state at `pc`: machine mode, registers and counters zero. Memory, breakpoints, interrupt inputs
  /// and the time source stay.
  void reset(std::uint32_t pc);

  /// Starts instructions while fewer than `cycles` cycles are used and nothing in StopReason happened.
  RunResult run(std::uint64_t cycles);

  /// Lets `cycles` cycles pass without instructions: time spent in WFI.
  void advance_cycles(std::uint64_t cycles);

  /// Ends a WFI without an interrupt, which the ISA allows at any time.
  void wake() { waiting_ = false; }

  void set_interrupt(Interrupt line, bool level) { csr_.set_interrupt(line, level); }

  /// From a bus callback: leave run() after the current instruction.
  void request_stop() { stop_ = StopReason::requested; }

  /// Something other than this core's stores changed memory (DMA, loader, debugger): forgets decoded code and
  /// a reservation in the range.
  void memory_changed(std::uint32_t address, std::uint32_t length);

  /// run() stops before an instruction with a breakpoint; the next run() executes it.
  void add_breakpoint(std::uint32_t address);
  void remove_breakpoint(std::uint32_t address);

  /// While there are watchpoints, memory within 16 MiB of them is reached slowly; results are the same.
  void add_watchpoint(const Watchpoint& watchpoint);
  void remove_watchpoint(const Watchpoint& watchpoint);
  /// The one that ended the last run() with StopReason::watchpoint.
  const Watchpoint& watch_hit() const { return watch_hit_; }

  /// What CSR time reads, in its own ticks; without one the time CSRs are illegal.
  void set_time_source(std::function<std::uint64_t()> source) { csr_.set_time_source(std::move(source)); }

  /// Cycles since reset up to the start of the current instruction, advance_cycles() included. Software may
  /// write mcycle; this is not affected.
  std::uint64_t cycles() const { return cycles_ + cycles_into_run(); }
  /// The part of cycles() that belongs to the current run(); 0 outside.
  std::uint64_t cycles_into_run() const { return static_cast<std::uint64_t>(budget_ - left_); }
  /// Instructions retired since reset.
  std::uint64_t instructions() const { return cycles() - cycles_without_retirement_; }

  std::uint32_t pc() const { return pc_; }
  void set_pc(std::uint32_t pc);
  /// @param index  0 to 31
  std::uint32_t reg(unsigned index) const { return x_.at(index); }
  void set_reg(unsigned index, std::uint32_t value);
  /// Without side effects and whatever the privilege; nothing if the register does not exist.
  std::optional<std::uint32_t> csr(std::uint32_t number) const { return csr_.read(number, progress()); }
  /// Between runs, whatever the privilege; the value is legalised as an instruction's would be.
  /// @return false if the register does not exist or is read-only
  bool set_csr(std::uint32_t number, std::uint32_t value);
  Privilege privilege() const { return csr_.privilege(); }
  bool waiting() const { return waiting_; }

 private:
  void execute();

  // Slow paths of the execution loop. Where they return false, trap_ says why.
  bool fill(Slot& slot, Op& op);
  bool decode_next(Slot& slot, Op& op);
  std::optional<std::uint32_t> fetch_half(std::uint32_t address);
  bool load(std::uint32_t address, std::uint32_t size, std::uint32_t& value);
  bool store(std::uint32_t address, std::uint32_t size, std::uint32_t value);
  bool load_misaligned(std::uint32_t address, std::uint32_t size, std::uint32_t& value);
  bool store_misaligned(std::uint32_t address, std::uint32_t size, std::uint32_t value);
  bool load_reserved(std::uint32_t address, std::uint32_t& value);
  bool store_conditional(std::uint32_t address, std::uint32_t value, std::uint32_t& failed);
  bool atomic(std::uint32_t bits, std::uint32_t address, std::uint32_t operand, std::uint32_t& old);
  bool access_csr(std::uint32_t bits, std::uint32_t rs1_value, std::uint32_t& old);
  bool fail(Cause cause, std::uint32_t value);
  void stall(std::uint32_t cycles);
  void limit_run(std::uint64_t cycles);
  void watch(std::uint32_t address, std::uint32_t size, bool write);
  void refresh_watched_memory();

  Progress progress() const { return {cycles(), instructions()}; }

  Bus& bus_;
  Parameters parameters_;
  CsrFile csr_;
  MemoryWindows memory_;
  CodeCache code_;
  std::set<std::uint32_t> breakpoints_;
  std::set<Watchpoint> watchpoints_;
  Watchpoint watch_hit_{};

  std::array<std::uint32_t, 33> x_{};  ///< x0 to x31 and discard_register
  std::uint32_t pc_ = 0;
  std::optional<std::uint32_t> reservation_;
  bool waiting_ = false;

  std::uint64_t cycles_ = 0;                     ///< before the current run
  std::uint64_t cycles_without_retirement_ = 0;  ///< traps, stalls, waiting
  std::int64_t budget_ = 0;                      ///< of the current run; 0 outside
  std::int64_t left_ = 0;                        ///< of the budget; negative after a long stall
  std::optional<StopReason> stop_;
  std::optional<std::uint32_t> passed_breakpoint_;  ///< reported already, to be executed next
  Trap trap_{};
};

}  // namespace edgebert::rv32
