// SPDX-License-Identifier: Apache-2.0
// Every instruction of RV32I with its corner values; nothing compressed.
#include "tests/iss/programs/test.hpp"
  .option norvc
  BEGIN
  CHECK(1, a0, 0x12345000, lui a0, 0x12345)
  CHECK(2, a0, 0xfffff000, lui a0, 0xfffff)
  li gp, 3
  auipc a0, 0
here:
  la a1, here - 4
  bne a0, a1, fail
  li gp, 4
there:
  auipc a0, 1
  la a1, there + 4096
  bne a0, a1, fail
  CHECK(5, x0, 0, addi x0, x0, 5)

  CHECK_RR(10, add, 0x80000000, 0x7fffffff, 1)
  CHECK_RR(11, add, 0, 0xffffffff, 1)
  CHECK_RR(12, sub, 0x7fffffff, 0x80000000, 1)
  CHECK_RR(13, sub, 0xffffffff, 0, 1)
  CHECK_RR(14, sll, 0x80000000, 1, 31)
  CHECK_RR(15, sll, 2, 1, 33)
  CHECK_RR(16, srl, 1, 0x80000000, 31)
  CHECK_RR(17, srl, 0x40000000, 0x80000000, 0xffffffe1)
  CHECK_RR(18, sra, 0xffffffff, 0x80000000, 31)
  CHECK_RR(19, sra, 0x3fffffff, 0x7fffffff, 33)
  CHECK_RR(20, slt, 1, 0x80000000, 0x7fffffff)
  CHECK_RR(21, slt, 0, 5, 5)
  CHECK_RR(22, slt, 0, 0, -1)
  CHECK_RR(23, sltu, 0, 0x80000000, 0x7fffffff)
  CHECK_RR(24, sltu, 1, 0, -1)
  CHECK_RR(25, xor, 0xff00ff00, 0x0ff00ff0, 0xf0f0f0f0)
  CHECK_RR(26, or, 0xfff0fff0, 0x0ff00ff0, 0xf0f0f0f0)
  CHECK_RR(27, and, 0x00f000f0, 0x0ff00ff0, 0xf0f0f0f0)

  CHECK_RI(30, addi, 0x7ffff7ff, 0x7fffffff, -2048)
  CHECK_RI(31, addi, 0x800007fe, 0x7fffffff, 2047)
  CHECK_RI(32, slti, 1, 0x80000000, -2048)
  CHECK_RI(33, slti, 0, -2048, -2048)
  CHECK_RI(34, sltiu, 1, 5, -1)
  CHECK_RI(35, sltiu, 0, -1, -1)
  CHECK_RI(36, xori, 0xffffff0f, 0x000000f0, -1)
  CHECK_RI(37, ori, 0xfffff8f0, 0x000000f0, -2048)
  CHECK_RI(38, andi, 0x0000000f, 0x1234567f, 0x00f)
  CHECK_RI(39, slli, 0x80000000, 3, 31)
  CHECK_RI(40, srli, 1, 0xf0000000, 31)
  CHECK_RI(41, srai, 0xfffffffe, 0x80000000, 30)

  // Branches: taken and not taken, forward and backward.
  .macro branch number, op, a, b, taken
  li gp, \number
  li a0, \a
  li a1, \b
  j 2f
1:
  li a2, 1
  j 3f
2:
  li a2, 0
  \op a0, a1, 1b
3:
  li t6, \taken
  bne a2, t6, fail
  li a2, 1
  \op a0, a1, 4f
  li a2, 0
4:
  bne a2, t6, fail
  .endm
  branch 50, beq, 7, 7, 1
  branch 51, beq, 7, 8, 0
  branch 52, bne, 7, 8, 1
  branch 53, bne, -1, -1, 0
  branch 54, blt, -1, 0, 1
  branch 55, blt, 0, 0, 0
  branch 56, blt, 0, -1, 0
  branch 57, bge, 0, 0, 1
  branch 58, bge, 0x7fffffff, 0x80000000, 1
  branch 59, bge, -2, -1, 0
  branch 60, bltu, 0, -1, 1
  branch 61, bltu, -1, 0, 0
  branch 62, bltu, 3, 3, 0
  branch 63, bgeu, -1, 0, 1
  branch 64, bgeu, 3, 3, 1
  branch 65, bgeu, 0, 1, 0

  li gp, 70
  jal a0, 1f
link:
  j fail
1:
  la a1, link
  bne a0, a1, fail
  li gp, 71   // the target is read before the link is written; bit 0 is dropped
  la a0, 1f + 1
  jalr a0, 0(a0)
link_2:
  j fail
1:
  la a1, link_2
  bne a0, a1, fail
  li gp, 72
  la a0, 1f + 2048
  jalr x0, -2048(a0)
  j fail
1:
  // Far: into the next pages and back.
  li gp, 73
  li a2, 0
  jal a0, far_away
  li t6, 3
  bne a2, t6, fail
  li gp, 74
  beq x0, x0, over_page_end
  .balign 4096
  .skip 16
branch_back:
  j behind_pages
  .balign 4096
over_page_end:
  bne sp, x0, branch_back   // to the page before
  j fail
behind_pages:

  la a0, bytes
  CHECK(80, a1, 0xffffff80, lb a1, 0(a0))
  CHECK(81, a1, 0x00000080, lbu a1, 0(a0))
  CHECK(82, a1, 0x00007f01, lh a1, 2(a0))
  CHECK(83, a1, 0xfffff280, lh a1, 0(a0))
  CHECK(84, a1, 0x0000f280, lhu a1, 0(a0))
  CHECK(85, a1, 0x7f01f280, lw a1, 0(a0))
  CHECK(86, a1, 0x55667788, la a2, bytes + 2051; lw a1, -2047(a2))
  la a0, room
  li a1, 0x89abcdef
  CHECK(90, a2, 0x000000ef, sb a1, 0(a0); lw a2, 0(a0))
  CHECK(91, a2, 0xcdef00ef, sh a1, 2(a0); lw a2, 0(a0))
  CHECK(92, a2, 0x89abcdef, sw a1, 4(a0); lw a2, 4(a0))
  CHECK(93, a2, 0xef000000, sb a1, 11(a0); lw a2, 8(a0))
  CHECK(94, a2, 0x89abcdef, addi a3, a0, 2047; sw a1, -2031(a3); lw a2, 16(a0))
  // Misaligned, as this core does unless told to trap.
  CHECK(95, a2, 0xabcdefef, sw a1, 5(a0); lw a2, 4(a0))
  CHECK(96, a2, 0x89abcdef, lw a2, 5(a0))
  CHECK(97, a2, 0xffffabcd, lh a2, 6(a0))
  CHECK(98, a2, 0x0000cdef, sh a1, 21(a0); lhu a2, 21(a0))

  CHECK(100, x0, 0, fence; fence iorw, iorw; fence.tso)
  // FENCE.I: code stored is code run.
  li gp, 101
  la a0, patch
  call run_patch
  li t6, 1
  bne a1, t6, fail
  la a0, patch
  lw a2, other
  sw a2, 0(a0)
  fence.i
  call run_patch
  li t6, 2
  bne a1, t6, fail
  j done
run_patch:
patch:
  li a1, 1
  ret
other:
  li a1, 2
done:
  j end

  .balign 4096
  .skip 4092
far_away:
  addi a2, a2, 1   // the next instruction is on the next page
  addi a2, a2, 2
  jr a0
  .skip 32
end:
  END
  .data
  .balign 4
bytes:
  .byte 0x80, 0xf2, 0x01, 0x7f
  .word 0x55667788
room:
  .zero 64
