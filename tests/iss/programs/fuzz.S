// SPDX-License-Identifier: Apache-2.0
// Frame of the differential fuzzer (qemu_fuzz.cpp). Runs `blocks` random blocks in turn, `repeats` times over; each starts
// with the registers the one before left and ends with a jump to block_done. All registers after each block and
// cause, value and place of each trap go into a checksum, printed through the HTIF console after each repeat, or after
// each block if `verbose`. The fuzzer fills in everything behind the two markers.
//
// Registers the blocks never write: x2 and x8 point into scratch memory, x9 to where nothing answers.

  .equ block_stride, 296   // no divisor of 4096: blocks cross page boundaries
  .equ most_blocks, 2000
  .equ scratch_bytes, 1024
  .equ nothing_there, 0x40000000

  .section .text.init
  .globl _start
_start:
  la x31, context
  csrw mscratch, x31
  la t0, trap
  csrw mtvec, t0
  lw s11, repeats
repeat:
  li s10, 0
next_block:
  sw s10, block, t0
  sw s11, repeat_left, t0
  // Into the block by mret: no register is left to hold its address.
  li t0, block_stride
  mul t0, t0, s10
  la t1, fuzz_code
  add t0, t0, t1
  csrw mepc, t0
  li t0, 0x1800
  csrs mstatus, t0
  la x31, context
  la t0, scratch + 300
  sw t0, 4*2(x31)
  la t0, scratch + 512
  sw t0, 4*8(x31)
  li t0, nothing_there
  sw t0, 4*9(x31)
  .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  lw x\n, 4*\n(x31)
  .endr
  mret

  .globl block_done
block_done:
  csrrw x31, mscratch, x31
  .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  sw x\n, 4*\n(x31)
  .endr
  csrrw x30, mscratch, x31
  sw x30, 4*31(x31)

  la s0, context + 4
  addi s1, s0, 4*31
1:
  lw a0, 0(s0)
  call mix
  addi s0, s0, 4
  bne s0, s1, 1b
  lw a0, verbose
  beqz a0, 2f
  call print_checksum
2:
  lw s10, block
  lw s11, repeat_left
  addi s10, s10, 1
  lw t0, blocks
  bne s10, t0, next_block

  la s0, scratch
  addi s1, s0, scratch_bytes
3:
  lw a0, 0(s0)
  call mix
  addi s0, s0, 4
  bne s0, s1, 3b
  call print_checksum
  addi s11, s11, -1
  bnez s11, repeat

  li a0, 1      // HTIF: exit with code 0
  li a1, 0
  call to_host
4:
  j 4b

// checksum = rotate(checksum, 5) * 31 + a0. Changes t0 to t2.
mix:
  lw t0, checksum
  slli t1, t0, 5
  srli t0, t0, 27
  or t0, t0, t1
  slli t1, t0, 5
  sub t0, t1, t0
  add t0, t0, a0
  sw t0, checksum, t1
  ret

// The checksum as 8 hexadecimal digits and a newline. Changes a and t registers, s2 to s4.
print_checksum:
  mv s4, ra
  lw s2, checksum
  li s3, 8
1:
  srli a0, s2, 28
  slli s2, s2, 4
  li t0, 10
  blt a0, t0, 2f
  addi a0, a0, 'a' - '0' - 10
2:
  addi a0, a0, '0'
  li a1, 0x01010000   // HTIF: device 1, command 1: write a character
  call to_host
  addi s3, s3, -1
  bnez s3, 1b
  li a0, 10
  li a1, 0x01010000
  call to_host
  jr s4

to_host:
  la t0, tohost
  sw a0, 0(t0)
  sw a1, 4(t0)
  ret

// Any trap: into the checksum, then on behind the instruction.
  .align 2
trap:
  csrrw x31, mscratch, x31
  sw x1, 4*32(x31)
  sw x5, 4*33(x31)
  sw x6, 4*34(x31)
  sw x10, 4*35(x31)
  csrr x10, mcause
  jal mix
  // Without mtval: ebreak, where its address and zero are both allowed, and system instructions, for which QEMU 7.2
  // reports the bits of an earlier illegal instruction.
  csrr x10, mepc
  lhu x10, 0(x10)
  li x5, 0x9002
  beq x10, x5, 1f
  andi x10, x10, 127
  li x5, 0x73
  beq x10, x5, 1f
  csrr x10, mtval
  jal mix
1:
  csrr x10, mepc
  jal mix
  csrr x10, mepc
  lhu x5, 0(x10)
  not x5, x5
  andi x5, x5, 3
  addi x10, x10, 2
  bnez x5, 2f
  addi x10, x10, 2
2:
  csrw mepc, x10
  lw x1, 4*32(x31)
  lw x5, 4*33(x31)
  lw x6, 4*34(x31)
  lw x10, 4*35(x31)
  csrrw x31, mscratch, x31
  mret

  .section .tohost, "aw", @progbits
  .align 6
  .globl tohost
  .type tohost, @object
  .size tohost, 8
tohost:
  .dword 0
  .globl fromhost
  .type fromhost, @object
  .size fromhost, 8
fromhost:
  .dword 0

  // Data written and code run share no page: QEMU drops translated code of pages that are stored to.
  .data
  .align 12
  .ascii "fuzz-parameters!"
repeats:
  .word 1
blocks:
  .word 1
verbose:
  .word 0
checksum:
  .word 0
context:
  .zero 4 * 32
  .zero 4 * 4
block:
  .word 0
repeat_left:
  .word 0
scratch:
  .zero scratch_bytes
  .align 12
  .ascii "fuzz-code-area-!"
fuzz_code:
  .fill block_stride * most_blocks, 1, 0
