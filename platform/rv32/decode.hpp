// SPDX-License-Identifier: Apache-2.0
// Decoder of RV32IMAC_Zicsr_Zifencei machine code: 16 or 32 bits in, operation and operands out.
// Reserved and unknown encodings decode to Op::illegal; hints decode to the operation they are encoded as.
// Source: The RISC-V Instruction Set Manual, Volume I, version 20191213, chapters 2, 3, 7, 8, 16 and 24.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace edgebert::rv32 {

/// Bytes of code one cached page covers; branches inside one page are decoded as near.
inline constexpr std::uint32_t page_bytes = 4096;

/// Operations in two lists, in the order of the execution loop's handler table. The frequent ones have a
/// handler for each instruction length, so that the way to the next instruction is a constant. near/far: the
/// target lies inside / outside the branch's own page.
// clang-format off
#define EDGEBERT_RV32_FREQUENT(X) \
  X(load_constant) X(beq_near) X(bne_near) X(blt_near) X(bge_near) X(bltu_near) X(bgeu_near) \
  X(beq_far) X(bne_far) X(blt_far) X(bge_far) X(bltu_far) X(bgeu_far) X(lb) X(lh) X(lw) X(lbu) \
  X(lhu) X(sb) X(sh) X(sw) X(addi) X(slti) X(sltiu) X(xori) X(ori) X(andi) X(slli) X(srli) X(srai) \
  X(add) X(sub) X(sll) X(slt) X(sltu) X(bitwise_xor) X(srl) X(sra) X(bitwise_or) X(bitwise_and) \
  X(mul) X(mulh) X(mulhsu) X(mulhu) X(div) X(divu) X(rem) X(remu)

/// The first three are the code cache's own.
#define EDGEBERT_RV32_OTHER(X) \
  X(undecoded) X(page_end) X(breakpoint) X(illegal) X(jal_near) X(jal_far) X(jalr) X(fence) \
  X(fence_i) X(ecall) X(ebreak) X(mret) X(wfi) X(csr) X(lr) X(sc) X(amo)
// clang-format on

enum class Op : std::uint8_t {
#define EDGEBERT_RV32_ENUMERATOR(name) name,
  EDGEBERT_RV32_FREQUENT(EDGEBERT_RV32_ENUMERATOR) EDGEBERT_RV32_OTHER(EDGEBERT_RV32_ENUMERATOR)
#undef EDGEBERT_RV32_ENUMERATOR
};
inline constexpr std::size_t operation_count = static_cast<std::size_t>(Op::amo) + 1;

/// Index of the register that swallows writes to x0.
inline constexpr std::uint8_t discard_register = 32;

struct Instruction {
  Op op;
  /// Immediate, sign-extended. Special cases: load_constant: the value (lui, auipc). jal_near, near branches:
  /// distance in halfwords. illegal, csr, lr, sc, amo, mret, wfi: the instruction bits.
  std::int32_t immediate;
  std::uint8_t rd;  ///< 1 to 31, or discard_register for x0
  std::uint8_t rs1;
  std::uint8_t rs2;
  std::uint8_t halfwords;  ///< length: 1 or 2
};

/// True if a first halfword of these bits opens a 32-bit instruction.
constexpr bool is_long(std::uint32_t bits) {
  return (bits & 3) == 3;
}

/// @param bits  the instruction; the upper half is ignored for a 16-bit one
/// @param pc    its address: auipc and near branches depend on it
Instruction decode(std::uint32_t bits, std::uint32_t pc);

/// The 32-bit instruction a compressed one stands for; nothing for a reserved encoding.
std::optional<std::uint32_t> expand(std::uint16_t compressed);

}  // namespace edgebert::rv32
