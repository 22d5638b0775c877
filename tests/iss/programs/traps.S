// SPDX-License-Identifier: Apache-2.0
// Every synchronous cause with mcause, mtval, mepc and the mstatus stack; MRET, WFI and ECALL by privilege.
#include "tests/iss/programs/test.hpp"
  .macro expect_value register
  bne s3, \register, fail
  .endm
  .macro expect_place label
  la a1, \label
  bne s4, a1, fail
  .endm
  .option norvc
  BEGIN
  // Fetch access fault: the target exists nowhere; a long instruction whose second half is past the end of RAM.
  li a0, 0x40000000
  CHECK_TRAP(1, 1, jr a0)
  expect_value a0
  bne s4, a0, fail
  li a0, 0x803ffffe
  li a1, 0x0013
  sh a1, 0(a0)
  fence.i
  CHECK_TRAP(2, 1, jr a0)
  addi a1, a0, 2
  expect_value a1
  bne s4, a0, fail

  // Illegal: reserved funct3 and funct7 of every major opcode, other extensions, supervisor instructions.
  .macro illegal number, word
  CHECK_TRAP(\number, 2, .word \word)
  li t6, \word
  bne s3, t6, fail
  .endm
  illegal 10, 0xffffffff
  illegal 11, 0x00003003   // ld
  illegal 12, 0x00007003
  illegal 13, 0x00003023   // sd
  illegal 14, 0x00002063   // branch, funct3 2
  illegal 15, 0x00003063
  illegal 16, 0x00001067   // jalr, funct3 1
  illegal 17, 0x02001013   // slli by 32
  illegal 18, 0x02005013   // srli by 32
  illegal 19, 0x42005013   // srai by 32
  illegal 20, 0x40001033   // sll, funct7 0x20
  illegal 21, 0x04000033   // add, funct7 2
  illegal 22, 0x0000200f   // cbo
  illegal 23, 0x0010202f + 0x10000000 // lr.w, rs2 1
  illegal 24, 0x0000302f   // amoadd.d
  illegal 25, 0x2800202f   // no such funct5
  illegal 26, 0x10200073   // sret
  illegal 27, 0x12000073   // sfence.vma
  illegal 28, 0x7b200073   // dret
  illegal 29, 0x00200073   // uret
  illegal 30, 0x00004073   // system, funct3 4
  illegal 31, 0x00000007   // flb
  illegal 32, 0x00000053   // fadd.s
  illegal 33, 0x0000003b   // addw
  illegal 34, 0x0000001b   // addiw
  illegal 35, 0x000000f3   // ecall with rd
  illegal 36, 0x0000001f   // 48-bit prefix
  illegal 37, 0x0000000b   // custom-0

  li gp, 40
  EXPECT_TRAP
ebreak_here:
  ebreak
  j fail
  .balign 4
1:
  li t6, 3
  bne s2, t6, fail
  la a1, ebreak_here
  expect_value a1
  expect_place ebreak_here

  // Access faults; the target register of a failing load keeps its value.
  li a0, 0x40000000
  li a1, 123
  CHECK_TRAP(50, 5, lw a1, 4(a0))
  addi a2, a0, 4
  expect_value a2
  li t6, 123
  bne a1, t6, fail
  CHECK_TRAP(51, 5, lb a1, 3(a0))
  CHECK_TRAP(52, 5, lhu a1, 2(a0))
  CHECK_TRAP(53, 7, sw a1, 8(a0))
  addi a2, a0, 8
  expect_value a2
  CHECK_TRAP(54, 7, sb a1, 1(a0))
  CHECK_TRAP(55, 7, sh a1, 2(a0))
  // Misaligned where no memory is.
  CHECK_TRAP(56, 4, lw a1, 2(a0))
  addi a2, a0, 2
  expect_value a2
  CHECK_TRAP(57, 6, sh a1, 1(a0))
  li a0, 0x80400000
  CHECK_TRAP(58, 4, lw a1, -2(a0))
  CHECK_TRAP(59, 6, sw a1, -1(a0))

  CHECK_TRAP(60, 11, ecall)
  expect_value x0

  // The mstatus stack.
  li gp, 70
  la t6, stack_handler
  csrw mtvec, t6
  la s5, 1f
  li a0, 0x1888
  csrc mstatus, a0
  csrsi mstatus, 8
  ecall
  j fail
  .balign 4
1:
  li t6, 0x1880       // inside: MPP machine, MPIE 1, MIE 0
  bne s6, t6, fail
  csrr a0, mstatus    // after mret: MPP user, MPIE 1, MIE 1
  li t6, 0x0088
  bne a0, t6, fail
  csrci mstatus, 8

  // User mode.
  enter_user
  CHECK(80, a0, 3, li a0, 3)
  li gp, 81
  la s5, 1f
  ecall
  j fail
  .balign 4
1:
  li t6, 8
  bne s2, t6, fail
  srli a0, s6, 11     // MPP was user
  andi a0, a0, 3
  bnez a0, fail
  user_illegal 82, mret
  user_illegal 83, csrr a0, mstatus
  li a0, 0x200000     // TW
  csrs mstatus, a0
  user_illegal 84, wfi
  li a0, 0x200000
  csrc mstatus, a0
  enter_user
  CHECK(85, a0, 4, li a0, 4; wfi)
  li gp, 86
  la s5, 1f
  ebreak
  .balign 4
1:
  li t6, 3
  bne s2, t6, fail
  // MRET to user mode clears MPRV, to machine mode keeps it.
  li gp, 87
  li a0, 0x20000
  csrs mstatus, a0
  enter_user
  la s5, 1f
  ecall
  .balign 4
1:
  srli a0, s6, 17
  andi a0, a0, 1
  bnez a0, fail
  // In vectored mode exceptions still go to the base.
  li gp, 88
  la t6, stack_handler + 1
  csrw mtvec, t6
  la s5, 1f
  ecall
  j fail
  .balign 4
1:
  li t6, 11
  bne s2, t6, fail
  j over
  .balign 4
stack_handler:         // back to s5 in machine mode, mstatus as it was inside in s6
  csrr s2, mcause
  csrr s3, mtval
  csrr s4, mepc
  csrr s6, mstatus
  csrw mepc, s5
  li t6, 0x1800
  csrs mstatus, t6
  mret
over:
  END
