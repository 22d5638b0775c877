// SPDX-License-Identifier: Apache-2.0
// The execution loop: threaded code over decoded slots (GNU labels as values), one handler an operation.
//
// The program counter is derived from the slot pointer `at`; it and the cycle count are written to the
// members only where somebody can look: slow accesses, CSR instructions, traps, the end of the run. A handler
// that can change what interrupts or stops the run ends in `boundary`, every other one dispatches its
// successor itself.
#include <cstddef>
#include <cstring>

#include "platform/rv32/arithmetic.hpp"
#include "platform/rv32/core.hpp"

namespace edgebert::rv32 {
namespace {

template <typename T>
std::uint32_t load_extended(const std::uint8_t* host) {
  T value;
  std::memcpy(&value, host, sizeof value);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

template <typename T>
void store_truncated(std::uint8_t* host, std::uint32_t value) {
  const auto truncated = static_cast<T>(value);
  std::memcpy(host, &truncated, sizeof truncated);
}

std::int32_t as_signed(std::uint32_t value) {
  return static_cast<std::int32_t>(value);
}

}  // namespace

// Operands of the current instruction.
#define RD x[at->rd]
#define RS1 x[at->rs1]
#define RS2 x[at->rs2]
#define IMM static_cast<std::uint32_t>(at->immediate)
#define PC (base + static_cast<std::uint32_t>(at - slots) * 2)
#define NEXT_PC (PC + at->halfwords * 2u)

// Goes on with a slot of the current page.
#define DISPATCH(slot)           \
  do {                           \
    at = (slot);                 \
    if (--left < 0) [[unlikely]] \
      goto budget_used;          \
    goto * at->handler;          \
  } while (false)
#define NEXT DISPATCH(at + at->halfwords)

// Shows the current instruction to slow paths and bus callbacks, and takes back the stalls they booked.
#define PUBLISH (pc_ = PC, left_ = left + 1)
#define TAKE_BACK (left = left_ - 1)

#define COMPUTE(name, value)        \
  op_##name##_short : RD = (value); \
  DISPATCH(at + 1);                 \
  op_##name##_long : RD = (value);  \
  DISPATCH(at + 2);

#define BRANCH(name, condition)                                         \
  op_##name##_near_short : if (condition) DISPATCH(at + at->immediate); \
  DISPATCH(at + 1);                                                     \
  op_##name##_near_long : if (condition) DISPATCH(at + at->immediate);  \
  DISPATCH(at + 2);                                                     \
  op_##name##_far_short : op_##name##_far_long : if (condition) {       \
    pc_ = PC + IMM;                                                     \
    goto enter_page;                                                    \
  }                                                                     \
  NEXT;

#define LOAD_QUICKLY(type, length)                                                 \
  if (const auto* host = memory_.quick_read(RS1 + IMM, sizeof(type))) [[likely]] { \
    RD = load_extended<type>(host);                                                \
    DISPATCH(at + (length));                                                       \
  }

#define LOAD(name, type)                                                                 \
  op_##name##_short : LOAD_QUICKLY(type, 1);                                             \
  goto slow_##name;                                                                      \
  op_##name##_long : LOAD_QUICKLY(type, 2);                                              \
  slow_##name : PUBLISH;                                                                 \
  done = load(RS1 + IMM, sizeof(type), result);                                          \
  TAKE_BACK;                                                                             \
  if (!done) goto trap;                                                                  \
  RD = static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<type>(result))); \
  goto next_boundary;

#define STORE_QUICKLY(type, length)                                           \
  if (auto* host = memory_.quick_write(RS1 + IMM, sizeof(type))) [[likely]] { \
    store_truncated<type>(host, RS2);                                         \
    DISPATCH(at + (length));                                                  \
  }

#define STORE(name, type)                     \
  op_##name##_short : STORE_QUICKLY(type, 1); \
  goto slow_##name;                           \
  op_##name##_long : STORE_QUICKLY(type, 2);  \
  slow_##name : PUBLISH;                      \
  done = store(RS1 + IMM, sizeof(type), RS2); \
  TAKE_BACK;                                  \
  if (!done) goto trap;                       \
  goto next_boundary;

void Core::execute() {
#define SHORT(name) &&op_##name##_short,
#define LONG(name) &&op_##name##_long,
#define ANY(name) &&op_##name,
  static const void* const handlers[2][operation_count] = {
      {EDGEBERT_RV32_FREQUENT(SHORT) EDGEBERT_RV32_OTHER(ANY)},
      {EDGEBERT_RV32_FREQUENT(LONG) EDGEBERT_RV32_OTHER(ANY)}};
  const auto handler_of = [](Op op, unsigned halfwords) {
    return handlers[halfwords - 1][static_cast<std::size_t>(op)];
  };
  code_.set_handlers(handler_of(Op::undecoded, 1), handler_of(Op::page_end, 1));

  std::uint32_t* const x = x_.data();
  std::int64_t left = left_;
  std::uint32_t base = 0;
  Slot* slots = nullptr;
  Slot* at = nullptr;
  std::uint32_t result = 0;
  bool done = false;
  Op op = Op::undecoded;

boundary:  // pc_ is the next instruction's
  left_ = left;
  if (stop_ || left <= 0) return;
  if (csr_.interrupt_enabled()) {
    pc_ = csr_.enter_interrupt(pc_);
    --left;
    ++cycles_without_retirement_;
    goto boundary;
  }

enter_page : {
  CodePage& page = code_.page(pc_);
  base = page.base;
  slots = page.slots.data();
  DISPATCH(slots + (pc_ - base) / 2);
}

next_boundary:
  pc_ = NEXT_PC;
  goto boundary;

trap:  // trap_ is why; the instruction at pc_ has cost its cycle but does not retire
  ++cycles_without_retirement_;
  pc_ = csr_.enter_exception(trap_, pc_);
  goto boundary;

budget_used:
  left_ = left + 1;
  pc_ = PC;
  return;

op_undecoded:
  PUBLISH;
  if (!fill(*at, op)) goto trap;
  at->handler = handler_of(op, at->halfwords);
  goto * at->handler;

op_page_end:
  ++left;
  pc_ = PC;
  goto enter_page;

op_breakpoint:
  PUBLISH;
  if (passed_breakpoint_ != pc_) {
    passed_breakpoint_ = pc_;
    stop_ = StopReason::breakpoint;
    return;
  }
  passed_breakpoint_.reset();
  if (!decode_next(*at, op)) goto trap;
  goto* handler_of(op, at->halfwords);

op_illegal:
  PUBLISH;
  fail(Cause::illegal_instruction, IMM);
  goto trap;

  COMPUTE(load_constant, IMM)

op_jal_near:
  RD = NEXT_PC;
  DISPATCH(at + at->immediate);

op_jal_far:
  pc_ = PC + IMM;
  RD = NEXT_PC;
  goto enter_page;

op_jalr : {
  const std::uint32_t target = (RS1 + IMM) & ~1u;
  RD = NEXT_PC;
  if ((target ^ base) < page_bytes) DISPATCH(slots + (target - base) / 2);
  pc_ = target;
  goto enter_page;
}

  BRANCH(beq, RS1 == RS2)
  BRANCH(bne, RS1 != RS2)
  BRANCH(blt, as_signed(RS1) < as_signed(RS2))
  BRANCH(bge, as_signed(RS1) >= as_signed(RS2))
  BRANCH(bltu, RS1 < RS2)
  BRANCH(bgeu, RS1 >= RS2)

  LOAD(lb, std::int8_t)
  LOAD(lh, std::int16_t)
  LOAD(lw, std::int32_t)
  LOAD(lbu, std::uint8_t)
  LOAD(lhu, std::uint16_t)
  STORE(sb, std::uint8_t)
  STORE(sh, std::uint16_t)
  STORE(sw, std::uint32_t)

  COMPUTE(addi, RS1 + IMM)
  COMPUTE(slti, as_signed(RS1) < at->immediate ? 1 : 0)
  COMPUTE(sltiu, RS1 < IMM ? 1 : 0)
  COMPUTE(xori, RS1 ^ IMM)
  COMPUTE(ori, RS1 | IMM)
  COMPUTE(andi, RS1 & IMM)
  COMPUTE(slli, RS1 << (IMM & 31))
  COMPUTE(srli, RS1 >> (IMM & 31))
  COMPUTE(srai, static_cast<std::uint32_t>(as_signed(RS1) >> (IMM & 31)))

  COMPUTE(add, RS1 + RS2)
  COMPUTE(sub, RS1 - RS2)
  COMPUTE(sll, RS1 << (RS2 & 31))
  COMPUTE(slt, as_signed(RS1) < as_signed(RS2) ? 1 : 0)
  COMPUTE(sltu, RS1 < RS2 ? 1 : 0)
  COMPUTE(bitwise_xor, RS1 ^ RS2)
  COMPUTE(srl, RS1 >> (RS2 & 31))
  COMPUTE(sra, static_cast<std::uint32_t>(as_signed(RS1) >> (RS2 & 31)))
  COMPUTE(bitwise_or, RS1 | RS2)
  COMPUTE(bitwise_and, RS1 & RS2)

  COMPUTE(mul, RS1 * RS2)
  COMPUTE(mulh, multiply_high(as_signed(RS1), as_signed(RS2)))
  COMPUTE(mulhsu, multiply_high_mixed(as_signed(RS1), RS2))
  COMPUTE(mulhu, multiply_high_unsigned(RS1, RS2))
  COMPUTE(div, divide(as_signed(RS1), as_signed(RS2)))
  COMPUTE(divu, divide_unsigned(RS1, RS2))
  COMPUTE(rem, remainder(as_signed(RS1), as_signed(RS2)))
  COMPUTE(remu, remainder_unsigned(RS1, RS2))

op_fence:
  NEXT;

op_fence_i:
  pc_ = NEXT_PC;
  code_.clear();
  goto boundary;

op_ecall:
  PUBLISH;
  fail(csr_.privilege() == Privilege::machine ? Cause::machine_ecall : Cause::user_ecall, 0);
  goto trap;

op_ebreak:
  PUBLISH;
  fail(Cause::breakpoint, pc_);
  goto trap;

op_mret:
  PUBLISH;
  if (csr_.privilege() != Privilege::machine) {
    fail(Cause::illegal_instruction, IMM);
    goto trap;
  }
  pc_ = csr_.leave_trap();
  goto boundary;

op_wfi:
  PUBLISH;
  if (csr_.wfi_traps()) {
    fail(Cause::illegal_instruction, IMM);
    goto trap;
  }
  if (!csr_.interrupt_pending()) {
    waiting_ = true;
    stop_ = StopReason::wfi;
  }
  goto next_boundary;

op_csr:
  PUBLISH;
  if (!access_csr(IMM, RS1, result)) goto trap;
  RD = result;
  goto next_boundary;

op_lr:
  PUBLISH;
  if (!load_reserved(RS1, result)) goto trap;
  RD = result;
  goto next_boundary;

op_sc:
  PUBLISH;
  if (!store_conditional(RS1, RS2, result)) goto trap;
  RD = result;
  goto next_boundary;

op_amo:
  PUBLISH;
  if (!atomic(IMM, RS1, RS2, result)) goto trap;
  RD = result;
  goto next_boundary;
}

}  // namespace edgebert::rv32
