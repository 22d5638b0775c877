// SPDX-License-Identifier: Apache-2.0
// Code fragments the host tests (core_test.cpp) start at their labels. No fragment returns.
  .option norvc
  .section .text.init
  .globl _start
_start:
  j _start

  .globl count
count:
  addi a0, a0, 1
  j count

// Interrupts on, vectored, then counting in a0.
  .globl interruptible
interruptible:
  la t0, vectors + 1
  csrw mtvec, t0
  li t0, 0x888
  csrw mie, t0
  csrsi mstatus, 8
  .globl interruptible_loop
interruptible_loop:
  addi a0, a0, 1
  j interruptible_loop

  .balign 64
  .globl vectors
vectors:
  .rept 12
  j handler
  .endr
  .globl handler
handler:
  addi a1, a1, 1
  mret

// Sleeps with interrupts pending only (MIE 0), then counts wake-ups in a0.
  .globl sleep
sleep:
  li t0, 0x080
  csrw mie, t0
  .globl sleep_here
sleep_here:
  wfi
  .globl awake
awake:
  addi a0, a0, 1
  csrr a2, mcycle
  csrr a3, minstret
  j sleep_here

// a0: device.
  .globl device_access
device_access:
  lui a0, 0x10000
  lw a1, 0(a0)
  lhu a2, 6(a0)
  .globl device_write
device_write:
  sb a1, 9(a0)
  .globl after_device_write
after_device_write:
  nop
  nop
  j after_device_write

// An access the device refuses, with a handler that stays.
  .globl refused_read
refused_read:
  la t0, stay
  csrw mtvec, t0
  lui a0, 0x10000
  li a1, 7
  .globl refused_read_here
refused_read_here:
  lw a1, 64(a0)
  j _start
  .globl refused_write
refused_write:
  la t0, stay
  csrw mtvec, t0
  lui a0, 0x10000
  .globl refused_write_here
refused_write_here:
  sw a1, 64(a0)
  j _start
  .balign 4
  .globl stay
stay:
  j stay

// A device whose read raises an interrupt.
  .globl read_raises
read_raises:
  la t0, vectors
  csrw mtvec, t0
  li t0, 0x888
  csrw mie, t0
  csrsi mstatus, 8
  lui a0, 0x10000
  .globl read_raises_here
read_raises_here:
  lw a2, 32(a0)
  addi a3, a3, 1
  j read_raises_here

// Store to read-only memory (a0), then load from it.
  .globl read_only
read_only:
  la t0, stay
  csrw mtvec, t0
  .globl read_only_here
read_only_here:
  sw a1, 0(a0)
  j _start

// Word access at a0 whatever its alignment.
  .globl copy
copy:
  lw a2, 0(a0)
  sw a2, 0(a1)
1:
  j 1b

  .globl read_time
read_time:
  csrr a0, time
  csrr a1, timeh
1:
  j 1b

  .globl reserve
reserve:
  la a0, cell
  lr.w a1, (a0)
  .globl reserved
reserved:
  sc.w a2, a1, (a0)
1:
  j 1b

// A long instruction across two pages, in a loop.
  .balign 4096
  .skip 4094
  .option rvc
  .globl crossing
crossing:
  .option norvc
  addi a0, a0, 1
  j crossing

  .section .tohost, "aw", @progbits
  .globl tohost
tohost:
  .dword 0
  .data
  .balign 4
  .globl cell
cell:
  .word 0
