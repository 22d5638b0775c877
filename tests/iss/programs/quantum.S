// SPDX-License-Identifier: Apache-2.0
// Guest of quantum_test.cpp: programs a timed device, works or sleeps until its interrupt, provokes exceptions, and
// keeps the counters it saw. Device at 0x10000000: +0 write N: interrupt N cycles later; +4 write: acknowledge;
// +8 read: cycles, stalls; +12 write: end.
  .section .text.init
  .globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  li t0, 0x800
  csrw mie, t0
  lui s0, 0x10000
  la s1, log
  li s2, 150           // rounds
  li s3, 1             // random state
round:
  li t0, 1664525
  mul s3, s3, t0
  li t0, 1013904223
  add s3, s3, t0
  srli a0, s3, 22      // delay 0 to 1023
  li s4, 0
  sw a0, 0(s0)
  csrsi mstatus, 8
  andi t1, s3, 0x100
  beqz t1, busy
asleep:                // the interrupt may come between the test and WFI: test with interrupts off
  csrci mstatus, 8
  bnez s4, done
  wfi
  csrsi mstatus, 8
  j asleep
busy:
  lw t2, 8(s0)
  addi t3, t3, 7
  lw t4, 1(s1)         // misaligned
  xor t5, t5, t4
  ecall
  beqz s4, busy
done:
  csrci mstatus, 8
  csrr t0, mcycle
  csrr t1, minstret
  sw t0, 0(s1)
  sw t1, 4(s1)
  sw t2, 8(s1)
  addi s1, s1, 12
  addi s2, s2, -1
  bnez s2, round
  sw x0, 12(s0)
1:
  j 1b

  .balign 4
handler:
  csrr a1, mcause
  bltz a1, interrupt
  csrr a1, mepc
  addi a1, a1, 4
  csrw mepc, a1
  mret
interrupt:
  sw x0, 4(s0)
  li s4, 1
  addi s5, s5, 1
  mret

  .section .tohost, "aw", @progbits
  .globl tohost
tohost:
  .dword 0
  .data
  .balign 4
log:
  .zero 12 * 151
