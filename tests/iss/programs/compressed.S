// SPDX-License-Identifier: Apache-2.0
// Every instruction of the C extension for RV32 and every reserved encoding (manual, tables 16.5 to 16.7).
#include "tests/iss/programs/test.hpp"
  .option rvc
  BEGIN
  CHECK(1, a0, 1020, mv s1, sp; li sp, 0; c.addi4spn a0, sp, 1020; mv sp, s1)
  la a0, words
  CHECK(2, a1, 0x11111111, c.lw a1, 0(a0))
  CHECK(3, a1, 0x22222222, c.lw a1, 124(a0))
  CHECK(4, a1, 77, li a2, 77; c.sw a2, 64(a0); lw a1, 64(a0))
  CHECK(5, a1, -1, li a1, 31; c.addi a1, -32)
  CHECK(6, x0, 0, c.nop)
  CHECK(7, a1, -32, c.li a1, -32)
  CHECK(8, a1, 31, c.li a1, 31)
  CHECK(9, a1, 0xfffe0000, c.lui a1, 0xfffe0)
  CHECK(10, a1, 0x0001f000, c.lui a1, 0x1f)
  CHECK(11, a1, -512, mv s1, sp; li sp, 0; c.addi16sp sp, -512; mv a1, sp; mv sp, s1)
  CHECK(12, a1, 496, mv s1, sp; li sp, 0; c.addi16sp sp, 496; mv a1, sp; mv sp, s1)
  CHECK(13, a1, 1, li a1, 0x80000000; c.srli a1, 31)
  CHECK(14, a1, -1, li a1, 0x80000000; c.srai a1, 31)
  CHECK(15, a1, 0xffe0, li a1, 0xffff; c.andi a1, -32)
  CHECK(16, a1, -1, li a1, 6; li a2, 7; c.sub a1, a2)
  CHECK(17, a1, 1, li a1, 6; li a2, 7; c.xor a1, a2)
  CHECK(18, a1, 7, li a1, 6; li a2, 1; c.or a1, a2)
  CHECK(19, a1, 4, li a1, 6; li a2, 12; c.and a1, a2)
  CHECK(20, a1, 0x80000000, li a1, 1; c.slli a1, 31)
  CHECK(21, a1, 9, li a2, 9; c.mv a1, a2)
  CHECK(22, a1, 12, li a1, 5; li a2, 7; c.add a1, a2)
  CHECK(23, a1, 0x22222222, mv s1, sp; la sp, words - 128; c.lwsp a1, 252(sp); mv sp, s1)
  CHECK(24, a1, 66, mv s1, sp; la sp, words - 128; li a2, 66; c.swsp a2, 252(sp); mv sp, s1; lw a1, 124(a0))

  li gp, 30
  c.j 1f
  j fail
2:
  c.j 3f
1:
  c.j 2b
3:
  li gp, 31
  c.jal 1f
jal_link:
  j fail
1:
  la a1, jal_link
  bne ra, a1, fail
  li gp, 32
  la a1, 1f
  c.jr a1
  j fail
1:
  li gp, 33
  la ra, 1f
  c.jalr ra
jalr_link:
  j fail
1:
  la a1, jalr_link
  bne ra, a1, fail
  li gp, 34
  li a1, 0
  li a2, 5
  c.beqz a2, fail_near
  c.bnez a1, fail_near
  c.beqz a1, 1f
fail_near:
  j fail
1:
  c.bnez a2, 1f
  j fail
1:
  // Hints do nothing.
  CHECK(35, x0, 0, .half 0x0005; .half 0x4005; .half 0x6005; .half 0x800a; .half 0x900a; .half 0x0006)

  li gp, 40
  EXPECT_TRAP
ebreak_here:
  c.ebreak
  j fail
1:
  li t6, 3
  bne s2, t6, fail
  la a1, ebreak_here
  bne s3, a1, fail
  bne s4, a1, fail

  .macro reserved number, half
  CHECK_TRAP(\number, 2, .half \half)
  li t6, \half
  bne s3, t6, fail
  .endm
  reserved 50, 0x0000  // defined illegal
  reserved 51, 0x0004  // c.addi4spn of 0
  reserved 52, 0x2000  // c.fld
  reserved 53, 0x6000  // c.flw
  reserved 54, 0x8000
  reserved 55, 0xa000  // c.fsd
  reserved 56, 0xe000  // c.fsw
  reserved 57, 0x6101  // c.addi16sp of 0
  reserved 58, 0x6581  // c.lui of 0
  reserved 59, 0x9185  // c.srli by 33
  reserved 60, 0x9585  // c.srai by 33
  reserved 61, 0x9d85  // c.subw
  reserved 62, 0x9da5  // c.addw
  reserved 63, 0x9dc5
  reserved 64, 0x9de5
  reserved 65, 0x1586  // c.slli by 33
  reserved 66, 0x2002  // c.fldsp
  reserved 67, 0x4002  // c.lwsp to x0
  reserved 68, 0x6002  // c.flwsp
  reserved 69, 0x8002  // c.jr of x0
  reserved 70, 0xa002  // c.fsdsp
  reserved 71, 0xe002  // c.fswsp
  END
  .data
  .balign 4
words:
  .word 0x11111111
  .zero 120
  .word 0x22222222
