// SPDX-License-Identifier: Apache-2.0
// The 32-bit formats; the 16-bit ones are expanded first (decode_compressed.cpp).
#include "platform/rv32/decode.hpp"

namespace edgebert::rv32 {
namespace {

constexpr std::uint32_t field(std::uint32_t bits, unsigned high, unsigned low) {
  return bits << (31 - high) >> (31 - high + low);
}

constexpr std::int32_t i_immediate(std::uint32_t bits) {
  return static_cast<std::int32_t>(bits) >> 20;
}

constexpr std::int32_t s_immediate(std::uint32_t bits) {
  return (static_cast<std::int32_t>(bits & 0xfe000000) >> 20) | static_cast<std::int32_t>(field(bits, 11, 7));
}

constexpr std::int32_t b_immediate(std::uint32_t bits) {
  return (static_cast<std::int32_t>(bits & 0x80000000) >> 19) |
         static_cast<std::int32_t>(field(bits, 7, 7) << 11 | field(bits, 30, 25) << 5 |
                                   field(bits, 11, 8) << 1);
}

constexpr std::int32_t j_immediate(std::uint32_t bits) {
  return (static_cast<std::int32_t>(bits & 0x80000000) >> 11) |
         static_cast<std::int32_t>((bits & 0x000ff000) | field(bits, 20, 20) << 11 |
                                   field(bits, 30, 21) << 1);
}

struct Choice {
  Op op;
  std::int32_t immediate;
};

Choice choose_branch(Op near, Op far, std::int32_t distance, std::uint32_t pc) {
  const std::uint32_t target = pc + static_cast<std::uint32_t>(distance);
  if ((target ^ pc) < page_bytes) return {near, distance / 2};
  return {far, distance};
}

Choice choose_conditional(std::uint32_t bits, std::uint32_t pc) {
  static constexpr Op near[] = {Op::beq_near, Op::bne_near, Op::illegal,   Op::illegal,
                                Op::blt_near, Op::bge_near, Op::bltu_near, Op::bgeu_near};
  static constexpr Op far[] = {Op::beq_far, Op::bne_far, Op::illegal,  Op::illegal,
                               Op::blt_far, Op::bge_far, Op::bltu_far, Op::bgeu_far};
  const std::uint32_t funct3 = field(bits, 14, 12);
  return choose_branch(near[funct3], far[funct3], b_immediate(bits), pc);
}

Choice choose_load(std::uint32_t bits) {
  static constexpr Op loads[] = {Op::lb,  Op::lh,  Op::lw,      Op::illegal,
                                 Op::lbu, Op::lhu, Op::illegal, Op::illegal};
  return {loads[field(bits, 14, 12)], i_immediate(bits)};
}

Choice choose_store(std::uint32_t bits) {
  static constexpr Op stores[] = {Op::sb,      Op::sh,      Op::sw,      Op::illegal,
                                  Op::illegal, Op::illegal, Op::illegal, Op::illegal};
  return {stores[field(bits, 14, 12)], s_immediate(bits)};
}

Choice choose_immediate_arithmetic(std::uint32_t bits) {
  static constexpr Op operations[] = {Op::addi, Op::slli, Op::slti, Op::sltiu,
                                      Op::xori, Op::srli, Op::ori,  Op::andi};
  const std::uint32_t funct3 = field(bits, 14, 12);
  const std::uint32_t funct7 = field(bits, 31, 25);
  const auto amount = static_cast<std::int32_t>(field(bits, 24, 20));
  if (funct3 == 1) return {funct7 == 0 ? Op::slli : Op::illegal, amount};
  if (funct3 == 5) {
    if (funct7 == 0) return {Op::srli, amount};
    return {funct7 == 0x20 ? Op::srai : Op::illegal, amount};
  }
  return {operations[funct3], i_immediate(bits)};
}

Choice choose_register_arithmetic(std::uint32_t bits) {
  static constexpr Op base[] = {Op::add,         Op::sll, Op::slt,        Op::sltu,
                                Op::bitwise_xor, Op::srl, Op::bitwise_or, Op::bitwise_and};
  static constexpr Op multiply[] = {Op::mul, Op::mulh, Op::mulhsu, Op::mulhu,
                                    Op::div, Op::divu, Op::rem,    Op::remu};
  const std::uint32_t funct3 = field(bits, 14, 12);
  switch (field(bits, 31, 25)) {
    case 0x00:
      return {base[funct3], 0};
    case 0x01:
      return {multiply[funct3], 0};
    case 0x20:
      if (funct3 == 0) return {Op::sub, 0};
      if (funct3 == 5) return {Op::sra, 0};
      return {Op::illegal, 0};
    default:
      return {Op::illegal, 0};
  }
}

Choice choose_atomic(std::uint32_t bits) {
  const auto immediate = static_cast<std::int32_t>(bits);
  if (field(bits, 14, 12) != 2) return {Op::illegal, immediate};
  switch (field(bits, 31, 27)) {
    case 0x02:
      return {field(bits, 24, 20) == 0 ? Op::lr : Op::illegal, immediate};
    case 0x03:
      return {Op::sc, immediate};
    case 0x00:  // amoadd
    case 0x01:  // amoswap
    case 0x04:  // amoxor
    case 0x08:  // amoor
    case 0x0c:  // amoand
    case 0x10:  // amomin
    case 0x14:  // amomax
    case 0x18:  // amominu
    case 0x1c:  // amomaxu
      return {Op::amo, immediate};
    default:
      return {Op::illegal, immediate};
  }
}

Choice choose_system(std::uint32_t bits) {
  const auto immediate = static_cast<std::int32_t>(bits);
  const std::uint32_t funct3 = field(bits, 14, 12);
  if (funct3 == 4) return {Op::illegal, immediate};
  if (funct3 != 0) return {Op::csr, immediate};
  switch (bits) {
    case 0x00000073:
      return {Op::ecall, immediate};
    case 0x00100073:
      return {Op::ebreak, immediate};
    case 0x30200073:
      return {Op::mret, immediate};
    case 0x10500073:
      return {Op::wfi, immediate};
    default:
      return {Op::illegal, immediate};
  }
}

Choice choose(std::uint32_t bits, std::uint32_t pc) {
  const std::uint32_t funct3 = field(bits, 14, 12);
  switch (bits & 0x7f) {
    case 0x37:  // lui
      return {Op::load_constant, static_cast<std::int32_t>(bits & 0xfffff000)};
    case 0x17:  // auipc
      return {Op::load_constant, static_cast<std::int32_t>((bits & 0xfffff000) + pc)};
    case 0x6f:
      return choose_branch(Op::jal_near, Op::jal_far, j_immediate(bits), pc);
    case 0x67:
      return {funct3 == 0 ? Op::jalr : Op::illegal, i_immediate(bits)};
    case 0x63:
      return choose_conditional(bits, pc);
    case 0x03:
      return choose_load(bits);
    case 0x23:
      return choose_store(bits);
    case 0x13:
      return choose_immediate_arithmetic(bits);
    case 0x33:
      return choose_register_arithmetic(bits);
    case 0x0f:
      // One hart in program order: any fence is satisfied already.
      if (funct3 > 1) return {Op::illegal, 0};
      return {funct3 == 0 ? Op::fence : Op::fence_i, 0};
    case 0x2f:
      return choose_atomic(bits);
    case 0x73:
      return choose_system(bits);
    default:
      return {Op::illegal, 0};
  }
}

}  // namespace

Instruction decode(std::uint32_t bits, std::uint32_t pc) {
  Instruction result{Op::illegal, 0, 0, 0, 0, 2};
  std::uint32_t expanded = bits;
  if (!is_long(bits)) {
    bits &= 0xffff;
    result.halfwords = 1;
    expanded = expand(static_cast<std::uint16_t>(bits)).value_or(0);
  }
  const Choice choice = choose(expanded, pc);
  result.op = choice.op;
  result.immediate = choice.op == Op::illegal ? static_cast<std::int32_t>(bits) : choice.immediate;
  const std::uint32_t rd = field(expanded, 11, 7);
  result.rd = rd == 0 ? discard_register : static_cast<std::uint8_t>(rd);
  result.rs1 = static_cast<std::uint8_t>(field(expanded, 19, 15));
  result.rs2 = static_cast<std::uint8_t>(field(expanded, 24, 20));
  return result;
}

}  // namespace edgebert::rv32
