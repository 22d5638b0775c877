// SPDX-License-Identifier: Apache-2.0
// Start-up of test programs in C++: stack, zeroed .bss is the loader's, main's result to tohost (0 becomes 1, a pass;
// N becomes failure of test N).
  .section .text.init
  .globl _start
_start:
  la sp, stack_top
  call main
  slli a0, a0, 1
  ori a0, a0, 1
  la t0, tohost
1:
  sw a0, 0(t0)
  sw zero, 4(t0)
  j 1b

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
