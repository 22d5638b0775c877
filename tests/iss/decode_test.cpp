// SPDX-License-Identifier: Apache-2.0
// The decoder as a whole: how many encodings it accepts. The counts follow from the manual's tables: free
// bits of each format, less what is reserved.
#include "platform/rv32/decode.hpp"

#include <cstdint>

#include "tests/test.hpp"

namespace {

using namespace edgebert::rv32;

TEST_CASE("decoder: compressed encodings accepted in each quadrant") {
  unsigned accepted[3] = {};
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    if (is_long(half)) continue;
    const Instruction instruction = decode(half, 0x1000);
    if (instruction.op != Op::illegal) ++accepted[half & 3];
  }
  // Each funct3 has 2048 encodings. 0: c.addi4spn without immediate 0 (255 * 8), c.lw, c.sw.
  CHECK(accepted[0] == 255 * 8 + 2 * 2048);
  // 1: seven whole funct3 but c.lui and c.addi16sp without immediate 0 (63 * 32), and the arithmetic group:
  // shifts by less than 32 (2 * 8 * 32), c.andi (512), four register operations (4 * 64).
  CHECK(accepted[1] == 6 * 2048 + 63 * 32 + 2 * 256 + 512 + 4 * 64);
  // 2: c.slli by less than 32 (32 * 32), c.lwsp without x0 (31 * 64), c.swsp, and the jump group without c.jr
  // x0.
  CHECK(accepted[2] == 32 * 32 + 31 * 64 + 2048 + 2047);
}

TEST_CASE("decoder: near and far targets") {
  constexpr std::uint32_t jump_8 = 0x0080006f;         // j .+8
  constexpr std::uint32_t branch_back_4 = 0xfe000ee3;  // beq x0, x0, .-4
  CHECK(decode(jump_8, 0x1000).op == Op::jal_near);
  CHECK(decode(jump_8, 0x1000).immediate == 4);
  CHECK(decode(jump_8, 0x1ff4).op == Op::jal_near);
  CHECK(decode(jump_8, 0x1ff8).op == Op::jal_far);
  CHECK(decode(jump_8, 0x1ff8).immediate == 8);
  CHECK(decode(branch_back_4, 0x1004).op == Op::beq_near);
  CHECK(decode(branch_back_4, 0x1004).immediate == -2);
  CHECK(decode(branch_back_4, 0x1002).op == Op::beq_far);
}

TEST_CASE("decoder: writes to x0 are discarded and auipc is resolved") {
  CHECK(decode(0x00100013, 0).rd == discard_register);       // addi x0, x0, 1
  const Instruction auipc = decode(0xfffff517, 0x80000004);  // auipc a0, 0xfffff
  CHECK(auipc.op == Op::load_constant);
  CHECK(auipc.immediate == 0x7ffff004);
  CHECK(auipc.rd == 10);
}

}  // namespace
