// SPDX-License-Identifier: Apache-2.0
// Register semantics after the Privileged Architecture 1.12, chapters 2 and 3. Choices the manual leaves open
// are those of the Spike simulator: an unsupported MPP becomes user mode, writing a counter suppresses its
// increment.
#include "platform/rv32/csr.hpp"

namespace edgebert::rv32 {
namespace {

constexpr std::uint32_t interrupt_bits = 1u << 3 | 1u << 7 | 1u << 11;
constexpr std::uint32_t counter_bits = 5;    // cycle and instret
constexpr std::uint32_t counteren_bits = 7;  // and time
constexpr std::uint32_t menvcfg_fiom = 1;
constexpr std::uint32_t misa_value = 1u << 30 | 1u << ('I' - 'A') | 1u << ('M' - 'A') | 1u << ('A' - 'A') |
                                     1u << ('C' - 'A') | 1u << ('U' - 'A');

constexpr bool in_range(std::uint32_t number, std::uint32_t first, std::uint32_t last) {
  return number >= first && number <= last;
}

constexpr std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

/// Registers that exist, read as zero and ignore writes.
constexpr bool hardwired_zero(std::uint32_t number) {
  return number == csr::mstatush || number == csr::menvcfgh ||
         in_range(number, csr::mhpmevent3, csr::mhpmevent31) ||
         in_range(number, csr::mhpmcounter3, csr::mhpmcounter31) ||
         in_range(number, csr::mhpmcounter3h, csr::mhpmcounter31h) ||
         in_range(number, csr::pmpcfg0, csr::pmpcfg3) || in_range(number, csr::tselect, csr::tdata3);
}

}  // namespace

void CsrFile::Counter::set(std::uint64_t value, std::uint64_t count) {
  frozen_ = value;
  offset_ = value - (count + 1);
}

void CsrFile::Counter::inhibit(bool inhibited, std::uint64_t count) {
  if (inhibited == inhibited_) return;
  // The writing instruction itself still counts by the old setting.
  if (inhibited) {
    frozen_ = count + 1 + offset_;
  } else {
    offset_ = frozen_ - (count + 1);
  }
  inhibited_ = inhibited;
}

void CsrFile::reset() {
  const std::uint32_t wires = mip_;
  auto time_source = std::move(time_source_);
  *this = CsrFile(hart_id_);
  mip_ = wires;
  time_source_ = std::move(time_source);
}

bool CsrFile::permitted(std::uint32_t number, bool write) const {
  const bool read_only = number >> 10 == 3;
  if (write && read_only) return false;
  if (privilege_ == Privilege::machine) return true;
  if ((number >> 8 & 3) != 0) return false;
  const bool counter =
      in_range(number, csr::cycle, csr::hpmcounter31) || in_range(number, csr::cycleh, csr::hpmcounter31h);
  return !counter || (mcounteren_ >> (number & 31) & 1) != 0;
}

std::optional<std::uint32_t> CsrFile::read(std::uint32_t number, const Progress& now) const {
  switch (number) {
    case csr::mstatus:
      return mstatus_;
    case csr::misa:
      return misa_value;
    case csr::mie:
      return mie_;
    case csr::mtvec:
      return mtvec_;
    case csr::mcounteren:
      return mcounteren_;
    case csr::menvcfg:
      return menvcfg_;
    case csr::mcountinhibit:
      return mcountinhibit_;
    case csr::mscratch:
      return mscratch_;
    case csr::mepc:
      return mepc_;
    case csr::mcause:
      return mcause_;
    case csr::mtval:
      return mtval_;
    case csr::mip:
      return mip_;
    case csr::mhartid:
      return hart_id_;
    case csr::mvendorid:
    case csr::marchid:
    case csr::mimpid:
    case csr::mconfigptr:
      return 0;
    default:
      break;
  }
  if (in_range(number, csr::pmpaddr0, csr::pmpaddr15)) return pmpaddr_[number - csr::pmpaddr0];
  if (hardwired_zero(number)) return 0;
  return read_counter(number, now);
}

std::optional<std::uint32_t> CsrFile::read_counter(std::uint32_t number, const Progress& now) const {
  switch (number) {
    case csr::mcycle:
    case csr::cycle:
      return low(cycle_counter_.value(now.cycles));
    case csr::mcycleh:
    case csr::cycleh:
      return high(cycle_counter_.value(now.cycles));
    case csr::minstret:
    case csr::instret:
      return low(instruction_counter_.value(now.instructions));
    case csr::minstreth:
    case csr::instreth:
      return high(instruction_counter_.value(now.instructions));
    case csr::time:
      if (!time_source_) return {};
      return low(time_source_());
    case csr::timeh:
      if (!time_source_) return {};
      return high(time_source_());
    default:
      break;
  }
  if (in_range(number, csr::cycle, csr::hpmcounter31) || in_range(number, csr::cycleh, csr::hpmcounter31h)) {
    return 0;
  }
  return {};
}

bool CsrFile::write(std::uint32_t number, std::uint32_t value, const Progress& now) {
  switch (number) {
    case csr::mstatus:
      write_mstatus(value);
      return true;
    case csr::mie:
      mie_ = value & interrupt_bits;
      return true;
    case csr::mtvec:
      mtvec_ = value & ~2u;
      return true;
    case csr::mcounteren:
      mcounteren_ = value & counteren_bits;
      return true;
    case csr::menvcfg:
      menvcfg_ = value & menvcfg_fiom;
      return true;
    case csr::mcountinhibit:
      mcountinhibit_ = value & counter_bits;
      cycle_counter_.inhibit(value & 1, now.cycles);
      instruction_counter_.inhibit(value & 4, now.instructions);
      return true;
    case csr::mscratch:
      mscratch_ = value;
      return true;
    case csr::mepc:
      mepc_ = value & ~1u;
      return true;
    case csr::mcause:
      mcause_ = value;
      return true;
    case csr::mtval:
      mtval_ = value;
      return true;
    case csr::misa:
    case csr::mip:
      return true;  // every bit is read-only
    default:
      break;
  }
  if (in_range(number, csr::pmpaddr0, csr::pmpaddr15)) {
    pmpaddr_[number - csr::pmpaddr0] = value;
    return true;
  }
  return hardwired_zero(number) || write_counter(number, value, now);
}

bool CsrFile::write_counter(std::uint32_t number, std::uint32_t value, const Progress& now) {
  const std::uint64_t cycles = cycle_counter_.value(now.cycles);
  const std::uint64_t instructions = instruction_counter_.value(now.instructions);
  const std::uint64_t upper = std::uint64_t{value} << 32;
  switch (number) {
    case csr::mcycle:
      cycle_counter_.set(std::uint64_t{high(cycles)} << 32 | value, now.cycles);
      return true;
    case csr::mcycleh:
      cycle_counter_.set(upper | low(cycles), now.cycles);
      return true;
    case csr::minstret:
      instruction_counter_.set(std::uint64_t{high(instructions)} << 32 | value, now.instructions);
      return true;
    case csr::minstreth:
      instruction_counter_.set(upper | low(instructions), now.instructions);
      return true;
    default:
      return false;
  }
}

void CsrFile::write_mstatus(std::uint32_t value) {
  const std::uint32_t mpp = (value & mstatus_mpp) == mstatus_mpp ? mstatus_mpp : 0;
  mstatus_ = (value & (mstatus_mie | mstatus_mpie | mstatus_mprv | mstatus_tw)) | mpp;
}

std::uint32_t CsrFile::enter_exception(const Trap& trap, std::uint32_t pc) {
  enter(static_cast<std::uint32_t>(trap.cause), trap.value, pc);
  return mtvec_ & ~3u;
}

std::uint32_t CsrFile::enter_interrupt(std::uint32_t pc) {
  const std::uint32_t ready = mip_ & mie_;
  // Order of the manual: external, software, timer.
  Interrupt source = Interrupt::machine_timer;
  if (ready >> static_cast<unsigned>(Interrupt::machine_external) & 1) {
    source = Interrupt::machine_external;
  } else if (ready >> static_cast<unsigned>(Interrupt::machine_software) & 1) {
    source = Interrupt::machine_software;
  }
  const auto code = static_cast<std::uint32_t>(source);
  enter(0x80000000 | code, 0, pc);
  const bool vectored = mtvec_ & 1;
  return (mtvec_ & ~3u) + (vectored ? 4 * code : 0);
}

void CsrFile::enter(std::uint32_t cause, std::uint32_t value, std::uint32_t pc) {
  mepc_ = pc;
  mcause_ = cause;
  mtval_ = value;
  const std::uint32_t mpie = (mstatus_ & mstatus_mie) != 0 ? mstatus_mpie : 0;
  const std::uint32_t mpp = privilege_ == Privilege::machine ? mstatus_mpp : 0;
  mstatus_ = (mstatus_ & ~(mstatus_mie | mstatus_mpie | mstatus_mpp)) | mpie | mpp;
  privilege_ = Privilege::machine;
}

std::uint32_t CsrFile::leave_trap() {
  privilege_ = (mstatus_ & mstatus_mpp) != 0 ? Privilege::machine : Privilege::user;
  const std::uint32_t mie = (mstatus_ & mstatus_mpie) != 0 ? mstatus_mie : 0;
  mstatus_ = (mstatus_ & ~(mstatus_mie | mstatus_mpp)) | mie | mstatus_mpie;
  if (privilege_ == Privilege::user) mstatus_ &= ~mstatus_mprv;
  return mepc_;
}

void CsrFile::set_interrupt(Interrupt line, bool level) {
  const std::uint32_t bit = 1u << static_cast<unsigned>(line);
  mip_ = level ? mip_ | bit : mip_ & ~bit;
}

}  // namespace edgebert::rv32
