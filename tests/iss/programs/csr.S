// SPDX-License-Identifier: Apache-2.0
// The six CSR instructions and every register: reset or fixed value, writable bits, privilege, counters.
#include "tests/iss/programs/test.hpp"
  // Writes all ones and reads back, then writes zeros and reads back.
  .macro writable number, register, ones, zeros
  li gp, \number
  li a0, -1
  csrw \register, a0
  csrr a1, \register
  csrw \register, x0
  csrr a2, \register
  li t6, \ones
  bne a1, t6, fail
  li t6, \zeros
  bne a2, t6, fail
  .endm
  // Illegal, with the instruction's bits in mtval.
  .macro missing number, register
  CHECK_TRAP(\number, 2, csrr a0, \register)
  lw t6, 0(s4)
  bne s3, t6, fail
  .endm
  .option norvc
  BEGIN
  // mstatus and mie are as reset: nothing enabled.
  CHECK(1, a0, 0, csrr a0, mstatus)
  CHECK(2, a0, 0, csrr a0, mie)
  CHECK(3, a0, 0, csrr a0, mip)

  CHECK(10, a0, 0, li a1, 0x0ff0; csrw mscratch, x0; csrrw a0, mscratch, a1)
  CHECK(11, a0, 0x0ff0, li a1, 0xf000; csrrs a0, mscratch, a1)
  CHECK(12, a0, 0xfff0, li a1, 0x00f0; csrrc a0, mscratch, a1)
  CHECK(13, a0, 0xff00, csrrwi a0, mscratch, 21)
  CHECK(14, a0, 21, csrrsi a0, mscratch, 10)
  CHECK(15, a0, 31, csrrci a0, mscratch, 7)
  CHECK(16, a0, 24, csrrs a0, mscratch, x0)
  CHECK(17, a1, 24, li a1, 5; csrrw a1, mscratch, a1)  // the same register
  CHECK(18, a1, 5, csrr a1, mscratch)

  writable 20, mscratch, -1, 0
  writable 21, mepc, 0xfffffffe, 0
  writable 22, mcause, -1, 0
  writable 23, mtval, -1, 0
  writable 24, mie, 0x888, 0
  writable 25, mip, 0, 0
  writable 26, mcounteren, 7, 0
  writable 27, mcountinhibit, 5, 0
  writable 28, 0x30a, 1, 0        // menvcfg
  writable 29, 0x31a, 0, 0        // menvcfgh
  writable 30, 0x310, 0, 0        // mstatush
  writable 31, misa, 0x40101105, 0x40101105
  writable 32, pmpcfg0, 0, 0
  writable 33, pmpaddr0, -1, 0
  writable 34, pmpaddr15, -1, 0
  writable 35, tselect, 0, 0
  writable 36, tdata1, 0, 0
  writable 37, tdata3, 0, 0
  writable 38, mhpmcounter3, 0, 0
  writable 39, mhpmcounter31h, 0, 0
  writable 40, mhpmevent31, 0, 0
  writable 41, mstatus, 0x00221888, 0   // TW, MPRV, MPP, MPIE, MIE
  // An MPP that does not exist becomes user mode.
  CHECK(42, a0, 0, li a1, 0x0800; csrw mstatus, a1; csrr a0, mstatus)
  CHECK(43, a0, 0x1800, li a1, 0x1800; csrw mstatus, a1; csrr a0, mstatus)
  // mtvec: modes 0 and 1.
  CHECK(44, a0, 0xfffffffd, li a1, -1; csrrw a2, mtvec, a1; csrrw a0, mtvec, a2)
  CHECK(45, a0, 0x100, li a1, 0x102; csrrw a2, mtvec, a1; csrrw a0, mtvec, a2)
  CHECK(46, a0, 0, csrr a0, mvendorid)
  CHECK(47, a0, 0, csrr a0, marchid)
  CHECK(48, a0, 0, csrr a0, mimpid)
  CHECK(49, a0, 0, csrr a0, mhartid)
  CHECK(50, a0, 0, csrr a0, 0xf15)

  // Counters: one cycle an instruction.
  CHECK(60, a2, 3, csrr a0, mcycle; nop; nop; csrr a1, mcycle; sub a2, a1, a0)
  CHECK(61, a2, 3, csrr a0, minstret; nop; nop; csrr a1, minstret; sub a2, a1, a0)
  CHECK(62, a0, 77, li a1, 77; csrw mcycle, a1; csrr a0, mcycle)
  CHECK(63, a0, 77, li a1, 77; csrw minstret, a1; csrr a0, minstret)
  CHECK(64, a0, 5, csrwi mcycleh, 5; csrr a0, mcycleh)
  CHECK(65, a0, 6, csrwi minstreth, 6; csrr a0, minstreth)
  CHECK(66, a0, 7, li a1, -1; csrw mcycle, a1; csrwi mcycleh, 6; nop; csrr a0, mcycleh)
  CHECK(67, a0, 7, li a1, -1; csrw minstret, a1; csrwi minstreth, 6; nop; csrr a0, minstreth)
  CHECK(68, a2, 1, csrr a0, cycle; csrr a1, cycle; sub a2, a1, a0)
  CHECK(69, a2, 1, csrr a0, instret; csrr a1, instret; sub a2, a1, a0)
  CHECK(70, a0, 7, csrr a0, cycleh)
  CHECK(71, a0, 7, csrr a0, instreth)
  CHECK(72, a0, 0, csrr a0, hpmcounter3)
  // The machine counts time in cycles since reset.
  CHECK(78, a2, 2, csrr a0, time; nop; csrr a1, time; sub a2, a1, a0)
  CHECK(79, a0, 0, csrr a0, timeh)
  // A trap takes a cycle and retires nothing: csrr, (ecall), csrr s2, s3, s4, csrw, li 2 long, csrs, mret, csrr.
  li gp, 73
  EXPECT_TRAP
  csrr a0, minstret
  csrr a3, mcycle
  ecall
  .balign 4
1:
  csrr a1, minstret
  csrr a4, mcycle
  sub a1, a1, a0
  sub a4, a4, a3
  addi a1, a1, 1
  bne a1, a4, fail
  // mcountinhibit holds them; the instruction that sets it still counts.
  CHECK(74, a2, 2, csrr a0, mcycle; csrwi mcountinhibit, 5; nop; nop; csrr a1, mcycle; sub a2, a1, a0)
  CHECK(75, a2, 0, csrr a0, minstret; nop; csrr a1, minstret; sub a2, a1, a0)
  CHECK(76, a2, 9, csrwi minstret, 9; nop; csrr a2, minstret)
  CHECK(77, a2, 10, csrwi mcountinhibit, 0; nop; csrr a2, minstret)

  // What does not exist, and writes to what is read-only.
  missing 80, sstatus
  missing 81, satp
  missing 82, medeleg
  missing 83, mideleg
  missing 84, 0x7c0
  missing 85, fcsr
  missing 86, stvec
  missing 87, sip
  missing 88, 0x3a4
  missing 89, 0x3c0
  missing 90, 0x7a4
  missing 91, 0x740
  CHECK_TRAP(92, 2, csrw cycle, a0)
  CHECK_TRAP(93, 2, csrrwi x0, mhartid, 0)
  CHECK_TRAP(94, 2, csrrsi x0, 0xf11, 1)
  CHECK(95, a0, 0, csrrs a0, mhartid, x0)
  CHECK_TRAP(96, 2, csrrw a0, 0xcff, x0)

  // User mode: machine registers never, counters where mcounteren allows.
  csrwi mcounteren, 4
  enter_user
  CHECK(100, a2, 1, csrr a0, instret; csrr a1, instret; sub a2, a1, a0)
  leave_user
  user_illegal 101, csrr a0, cycle
  csrwi mcounteren, 1
  enter_user
  CHECK(102, a2, 1, csrr a0, cycle; csrr a1, cycle; sub a2, a1, a0)
  leave_user
  user_illegal 103, csrr a0, instreth
  user_illegal 104, csrr a0, mscratch
  user_illegal 105, csrr a0, mhartid
  user_illegal 106, csrr a0, hpmcounter4
  END
