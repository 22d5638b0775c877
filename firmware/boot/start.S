// SPDX-License-Identifier: Apache-2.0
// Reset entry and trap vector. Interrupts stay masked (mstatus.MIE = 0): firmware sleeps in WFI and asks the
// interrupt controller, so whatever arrives at mtvec is a failure and never returns.

  .section .text.start, "ax"
  .global _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, stack_top
  la t0, trap_vector
  csrw mtvec, t0

  la a0, data_begin
  la a1, data_image
  la a2, data_end
  sub a2, a2, a0
  call memcpy

  la a0, bss_begin
  li a1, 0
  la a2, bss_end
  sub a2, a2, a0
  call memset

  call main
1:
  wfi
  j 1b

// The stack may be what broke: start on a fresh one. A trap on the way to the mailbox goes to trap_in_trap.
  .balign 4
trap_vector:
  la sp, stack_top
  la t0, trap_in_trap
  csrw mtvec, t0
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  tail trap
