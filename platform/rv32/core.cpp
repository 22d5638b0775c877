// SPDX-License-Identifier: Apache-2.0
// The core outside its execution loop: run control, fetch, CSR instructions, inspection.
#include "platform/rv32/core.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace edgebert::rv32 {

void Core::reset(std::uint32_t pc) {
  csr_.reset();
  code_.clear();
  x_.fill(0);
  set_pc(pc);
  reservation_.reset();
  waiting_ = false;
  cycles_ = 0;
  cycles_without_retirement_ = 0;
}

RunResult Core::run(std::uint64_t cycles) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  budget_ = static_cast<std::int64_t>(std::min(cycles, most));
  left_ = budget_;
  stop_.reset();
  if (waiting_ && !csr_.interrupt_pending()) {
    stop_ = StopReason::wfi;
  } else {
    waiting_ = false;
    execute();
  }
  const std::uint64_t used = cycles_into_run();
  cycles_ += used;
  budget_ = 0;
  left_ = 0;
  return {stop_.value_or(StopReason::budget), used};
}

void Core::advance_cycles(std::uint64_t cycles) {
  cycles_ += cycles;
  cycles_without_retirement_ += cycles;
}

void Core::memory_changed(std::uint32_t address, std::uint32_t length) {
  code_.forget(address, length);
  if (reservation_ && *reservation_ < std::uint64_t{address} + length &&
      address < std::uint64_t{*reservation_} + 4) {
    reservation_.reset();
  }
}

void Core::add_breakpoint(std::uint32_t address) {
  breakpoints_.insert(address);
  passed_breakpoint_.reset();
  code_.forget(address, 2);
}

void Core::remove_breakpoint(std::uint32_t address) {
  breakpoints_.erase(address);
  passed_breakpoint_.reset();
  code_.forget(address, 2);
}

void Core::add_watchpoint(const Watchpoint& watchpoint) {
  watchpoints_.insert(watchpoint);
  refresh_watched_memory();
}

void Core::remove_watchpoint(const Watchpoint& watchpoint) {
  watchpoints_.erase(watchpoint);
  refresh_watched_memory();
}

void Core::refresh_watched_memory() {
  memory_.forget_slow();
  for (const Watchpoint& watchpoint : watchpoints_) memory_.slow(watchpoint.address, watchpoint.length);
}

void Core::watch(std::uint32_t address, std::uint32_t size, bool write) {
  for (const Watchpoint& watchpoint : watchpoints_) {
    const bool meets = address < std::uint64_t{watchpoint.address} + watchpoint.length &&
                       watchpoint.address < std::uint64_t{address} + size;
    if (!meets || !(write ? watchpoint.writes : watchpoint.reads)) continue;
    watch_hit_ = watchpoint;
    stop_ = StopReason::watchpoint;
  }
}

bool Core::set_csr(std::uint32_t number, std::uint32_t value) {
  constexpr std::uint32_t read_only = 3;
  if (number >> 10 == read_only) return false;
  // A written counter shows its value one instruction later, so the write belongs to the one before.
  return csr_.write(number, value, {cycles() - 1, instructions() - 1});
}

void Core::set_pc(std::uint32_t pc) {
  pc_ = pc & ~1u;
  passed_breakpoint_.reset();
}

void Core::set_reg(unsigned index, std::uint32_t value) {
  if (index != 0) x_.at(index) = value;
}

bool Core::fail(Cause cause, std::uint32_t value) {
  trap_ = {cause, value};
  return false;
}

void Core::stall(std::uint32_t cycles) {
  left_ -= cycles;
  cycles_without_retirement_ += cycles;
}

void Core::limit_run(std::uint64_t cycles) {
  if (cycles >= static_cast<std::uint64_t>(budget_)) return;
  const std::int64_t cut = budget_ - static_cast<std::int64_t>(cycles);
  budget_ -= cut;
  left_ -= cut;
}

std::optional<std::uint32_t> Core::fetch_half(std::uint32_t address) {
  const auto found = memory_.find(address, 2);
  if (found.host == nullptr) return {};
  std::uint16_t half;
  std::memcpy(&half, found.host, 2);
  return half;
}

/// Decodes the instruction at pc_ into the slot.
bool Core::decode_next(Slot& slot, Op& op) {
  const auto lower = fetch_half(pc_);
  if (!lower) return fail(Cause::fetch_access_fault, pc_);
  std::uint32_t bits = *lower;
  if (is_long(bits)) {
    const auto upper = fetch_half(pc_ + 2);
    if (!upper) return fail(Cause::fetch_access_fault, pc_ + 2);
    bits |= *upper << 16;
  }
  const Instruction instruction = decode(bits, pc_);
  op = instruction.op;
  slot.immediate = instruction.immediate;
  slot.rd = instruction.rd;
  slot.rs1 = instruction.rs1;
  slot.rs2 = instruction.rs2;
  slot.halfwords = instruction.halfwords;
  return true;
}

/// As decode_next(), but a breakpoint comes first: it needs no readable instruction.
bool Core::fill(Slot& slot, Op& op) {
  if (breakpoints_.contains(pc_)) {
    op = Op::breakpoint;
    slot.halfwords = 1;  // any handler; decode_next() sets the true length
    return true;
  }
  return decode_next(slot, op);
}

bool Core::access_csr(std::uint32_t bits, std::uint32_t rs1_value, std::uint32_t& old) {
  const std::uint32_t number = bits >> 20;
  const std::uint32_t funct3 = bits >> 12 & 7;
  const std::uint32_t rs1 = bits >> 15 & 31;
  const std::uint32_t operand = funct3 & 4 ? rs1 : rs1_value;
  const bool swap = (funct3 & 3) == 1;
  const bool writes = swap || rs1 != 0;
  if (!csr_.permitted(number, writes)) return fail(Cause::illegal_instruction, bits);
  const auto value = csr_.read(number, progress());
  if (!value) return fail(Cause::illegal_instruction, bits);
  old = *value;
  if (!writes) return true;
  std::uint32_t changed = operand;
  if (!swap) changed = (funct3 & 3) == 2 ? old | operand : old & ~operand;
  if (!csr_.write(number, changed, progress())) return fail(Cause::illegal_instruction, bits);
  return true;
}

}  // namespace edgebert::rv32
