// SPDX-License-Identifier: Apache-2.0
// The C extension for RV32: each 16-bit instruction as the 32-bit one it abbreviates.
// Reserved encodings, those of the F and D extensions and those reserved for custom use give nothing.
#include "platform/rv32/decode.hpp"

namespace edgebert::rv32 {
namespace {

constexpr std::uint32_t sp = 2;
constexpr std::uint32_t ebreak_bits = 0x00100073;

/// Bits high..low of `half`, moved to position `to`.
constexpr std::uint32_t move(std::uint32_t half, unsigned high, unsigned low, unsigned to) {
  return (half >> low & ((1u << (high - low + 1)) - 1)) << to;
}

/// Sign-extends a value of `width` bits.
constexpr std::uint32_t extend(std::uint32_t value, unsigned width) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value << (32 - width)) >>
                                    static_cast<int>(32 - width));
}

constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t rd,
                               std::uint32_t rs1, std::uint32_t immediate) {
  return immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

constexpr std::uint32_t r_type(std::uint32_t funct7, std::uint32_t funct3, std::uint32_t rd,
                               std::uint32_t rs1, std::uint32_t rs2) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33;
}

constexpr std::uint32_t store_word(std::uint32_t rs1, std::uint32_t rs2, std::uint32_t immediate) {
  return (immediate >> 5) << 25 | rs2 << 20 | rs1 << 15 | 2u << 12 | (immediate & 31) << 7 | 0x23;
}

constexpr std::uint32_t addi(std::uint32_t rd, std::uint32_t rs1, std::uint32_t immediate) {
  return i_type(0x13, 0, rd, rs1, immediate);
}

constexpr std::uint32_t load_word(std::uint32_t rd, std::uint32_t rs1, std::uint32_t immediate) {
  return i_type(0x03, 2, rd, rs1, immediate);
}

constexpr std::uint32_t jump(std::uint32_t rd, std::uint32_t half) {
  const std::uint32_t distance =
      extend(move(half, 12, 12, 11) | move(half, 11, 11, 4) | move(half, 10, 9, 8) | move(half, 8, 8, 10) |
                 move(half, 7, 7, 6) | move(half, 6, 6, 7) | move(half, 5, 3, 1) | move(half, 2, 2, 5),
             12);
  return (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3ff) << 21 | (distance >> 11 & 1) << 20 |
         (distance >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}

constexpr std::uint32_t branch_on_zero(std::uint32_t funct3, std::uint32_t rs1, std::uint32_t half) {
  const std::uint32_t distance = extend(move(half, 12, 12, 8) | move(half, 11, 10, 3) | move(half, 6, 5, 6) |
                                            move(half, 4, 3, 1) | move(half, 2, 2, 5),
                                        9);
  return (distance >> 12 & 1) << 31 | (distance >> 5 & 0x3f) << 25 | rs1 << 15 | funct3 << 12 |
         (distance >> 1 & 15) << 8 | (distance >> 11 & 1) << 7 | 0x63;
}

using Expansion = std::optional<std::uint32_t>;

Expansion quadrant_0(std::uint32_t half) {
  const std::uint32_t rs1 = 8 + move(half, 9, 7, 0);
  const std::uint32_t rd = 8 + move(half, 4, 2, 0);  // rs2 of the store
  const std::uint32_t word_offset = move(half, 12, 10, 3) | move(half, 6, 6, 2) | move(half, 5, 5, 6);
  switch (half >> 13) {
    case 0: {  // c.addi4spn
      const std::uint32_t offset =
          move(half, 12, 11, 4) | move(half, 10, 7, 6) | move(half, 6, 6, 2) | move(half, 5, 5, 3);
      if (offset == 0) return {};
      return addi(rd, sp, offset);
    }
    case 2:
      return load_word(rd, rs1, word_offset);
    case 6:
      return store_word(rs1, rd, word_offset);
    default:
      return {};
  }
}

Expansion upper_immediate(std::uint32_t half) {
  const std::uint32_t rd = move(half, 11, 7, 0);
  if (rd == sp) {  // c.addi16sp
    const std::uint32_t offset = move(half, 12, 12, 9) | move(half, 6, 6, 4) | move(half, 5, 5, 6) |
                                 move(half, 4, 3, 7) | move(half, 2, 2, 5);
    if (offset == 0) return {};
    return addi(sp, sp, extend(offset, 10));
  }
  const std::uint32_t upper = move(half, 12, 12, 17) | move(half, 6, 2, 12);
  if (upper == 0) return {};
  return extend(upper, 18) | rd << 7 | 0x37;
}

Expansion quadrant_1_arithmetic(std::uint32_t half) {
  const std::uint32_t rd = 8 + move(half, 9, 7, 0);
  const std::uint32_t rs2 = 8 + move(half, 4, 2, 0);
  const std::uint32_t immediate = move(half, 12, 12, 5) | move(half, 6, 2, 0);
  const bool bit_12 = half >> 12 & 1;
  switch (half >> 10 & 3) {
    case 0:
      if (bit_12) return {};
      return i_type(0x13, 5, rd, rd, immediate);
    case 1:
      if (bit_12) return {};
      return i_type(0x13, 5, rd, rd, 0x400 | immediate);
    case 2:
      return i_type(0x13, 7, rd, rd, extend(immediate, 6));
    default:
      break;
  }
  if (bit_12) return {};
  switch (half >> 5 & 3) {
    case 0:
      return r_type(0x20, 0, rd, rd, rs2);
    case 1:
      return r_type(0, 4, rd, rd, rs2);
    case 2:
      return r_type(0, 6, rd, rd, rs2);
    default:
      return r_type(0, 7, rd, rd, rs2);
  }
}

Expansion quadrant_1(std::uint32_t half) {
  const std::uint32_t rd = move(half, 11, 7, 0);
  const std::uint32_t immediate = extend(move(half, 12, 12, 5) | move(half, 6, 2, 0), 6);
  const std::uint32_t rs1 = 8 + move(half, 9, 7, 0);
  switch (half >> 13) {
    case 0:
      return addi(rd, rd, immediate);
    case 1:
      return jump(1, half);
    case 2:
      return addi(rd, 0, immediate);
    case 3:
      return upper_immediate(half);
    case 4:
      return quadrant_1_arithmetic(half);
    case 5:
      return jump(0, half);
    case 6:
      return branch_on_zero(0, rs1, half);
    default:
      return branch_on_zero(1, rs1, half);
  }
}

Expansion jump_move_or_add(std::uint32_t half) {
  const std::uint32_t rd = move(half, 11, 7, 0);
  const std::uint32_t rs2 = move(half, 6, 2, 0);
  const bool bit_12 = half >> 12 & 1;
  if (rs2 != 0) return r_type(0, 0, rd, bit_12 ? rd : 0, rs2);  // c.add, c.mv
  if (rd != 0) return i_type(0x67, 0, bit_12 ? 1 : 0, rd, 0);   // c.jalr, c.jr
  if (bit_12) return ebreak_bits;
  return {};
}

Expansion quadrant_2(std::uint32_t half) {
  const std::uint32_t rd = move(half, 11, 7, 0);
  const std::uint32_t rs2 = move(half, 6, 2, 0);
  switch (half >> 13) {
    case 0:
      if (half >> 12 & 1) return {};
      return i_type(0x13, 1, rd, rd, rs2);
    case 2:
      if (rd == 0) return {};
      return load_word(rd, sp, move(half, 12, 12, 5) | move(half, 6, 4, 2) | move(half, 3, 2, 6));
    case 4:
      return jump_move_or_add(half);
    case 6:
      return store_word(sp, rs2, move(half, 12, 9, 2) | move(half, 8, 7, 6));
    default:
      return {};
  }
}

}  // namespace

Expansion expand(std::uint16_t compressed) {
  switch (compressed & 3) {
    case 0:
      return quadrant_0(compressed);
    case 1:
      return quadrant_1(compressed);
    case 2:
      return quadrant_2(compressed);
    default:
      return {};
  }
}

}  // namespace edgebert::rv32
