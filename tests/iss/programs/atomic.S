// SPDX-License-Identifier: Apache-2.0
// Every instruction of the A extension: result in memory and old value in rd; reservations; its traps.
#include "tests/iss/programs/test.hpp"
  .macro amo number, op, old, operand, result
  li gp, \number
  la a0, cell
  li a1, \old
  sw a1, 0(a0)
  li a2, \operand
  \op a3, a2, (a0)
  bne a3, a1, fail
  lw a4, 0(a0)
  li t6, \result
  bne a4, t6, fail
  .endm
  BEGIN
  amo 1, amoswap.w, 5, -1, -1
  amo 2, amoadd.w, 0x7fffffff, 1, 0x80000000
  amo 3, amoxor.w, 0x0ff0, 0x00ff, 0x0f0f
  amo 4, amoand.w, 0x0ff0, 0x00ff, 0x00f0
  amo 5, amoor.w, 0x0ff0, 0x00ff, 0x0fff
  amo 6, amomin.w, -1, 1, -1
  amo 7, amomin.w, 1, -1, -1
  amo 8, amomax.w, -1, 1, 1
  amo 9, amomax.w, 1, -1, 1
  amo 10, amominu.w, -1, 1, 1
  amo 11, amominu.w, 1, -1, 1
  amo 12, amomaxu.w, -1, 1, -1
  amo 13, amomaxu.w, 1, -1, -1
  amo 14, amoadd.w.aqrl, 3, 4, 7

  la a0, cell
  li a1, 100
  sw a1, 0(a0)
  CHECK(20, a2, 100, lr.w a2, (a0))
  CHECK(21, a3, 0, li a1, 101; sc.w a3, a1, (a0))
  CHECK(22, a2, 101, lw a2, 0(a0))
  CHECK(23, a3, 1, li a1, 102; sc.w a3, a1, (a0))          // the first SC ended the reservation
  CHECK(24, a2, 101, lw a2, 0(a0))
  CHECK(25, a3, 1, lr.w a2, (a0); addi a4, a0, 4; sc.w a3, a1, (a4))  // another word
  CHECK(26, a3, 1, sc.w a3, a1, (a0))
  CHECK(27, a3, 0, lr.w.aq a2, (a0); addi a1, a2, 1; sc.w.rl a3, a1, (a0))
  CHECK(28, a2, 102, lw a2, 0(a0))

  la a0, cell + 2
  CHECK_TRAP(30, 4, lr.w a2, (a0))
  bne s3, a0, fail
  CHECK_TRAP(31, 6, sc.w a3, a1, (a0))
  bne s3, a0, fail
  CHECK_TRAP(32, 6, amoadd.w a3, a1, (a0))
  bne s3, a0, fail
  li a0, 0x40000000
  CHECK_TRAP(33, 5, lr.w a2, (a0))
  CHECK_TRAP(34, 7, sc.w a3, a1, (a0))
  CHECK_TRAP(35, 7, amoswap.w a3, a1, (a0))
  bne s3, a0, fail
  END
  .data
  .balign 8
cell:
  .word 0, 0
