// SPDX-License-Identifier: Apache-2.0
// Frame of the directed test programs: numbered checks, result to tohost (1: all passed, (N << 1) | 1: check
// N failed). gp holds the number of the check under way; t6 is the checks' own. Expected values follow from
// the definitions in The RISC-V Instruction Set Manual, Volume I (20191213) and Volume II (20211203).
#pragma once
// clang-format off

#define BEGIN                  \
  .section .text.init;         \
  .globl _start;               \
  _start : la sp, stack_top;   \
  la t6, unexpected_trap;      \
  csrw mtvec, t6;              \
  li gp, 0

// Runs the code and compares a register. Code with commas comes last.
#define CHECK(number, reg, value, ...) \
  li gp, number;                       \
  __VA_ARGS__;                         \
  li t6, value;                        \
  bne reg, t6, fail

// rd = a op b
#define CHECK_RR(number, op, value, a, b) CHECK(number, a2, value, li a0, a; li a1, b; op a2, a0, a1)
// rd = a op immediate
#define CHECK_RI(number, op, value, a, immediate) CHECK(number, a2, value, li a0, a; op a2, a0, immediate)

// Arranges that the next trap goes on at the local label 1 with mcause and mtval in s2, s3 and mepc in s4.
#define EXPECT_TRAP          \
  la t6, caught_trap;        \
  csrw mtvec, t6;            \
  la s5, 1f;                 \
  li s2, -1

#define CHECK_TRAP(number, cause, ...) \
  li gp, number;                       \
  EXPECT_TRAP;                         \
  __VA_ARGS__;                         \
  j fail;                              \
  .balign 4;                           \
  1 : li t6, cause;                    \
  bne s2, t6, fail

#define END                     \
  li gp, 0;                     \
  fail : slli gp, gp, 1;        \
  ori gp, gp, 1;                \
  la t6, tohost;                \
  2 : sw gp, 0(t6);             \
  sw zero, 4(t6);               \
  j 2b;                         \
  .balign 4;                    \
  unexpected_trap : j fail;     \
  .balign 4;                    \
  caught_trap : csrr s2, mcause; \
  csrr s3, mtval;               \
  csrr s4, mepc;                \
  csrw mepc, s5;                \
  li s5, 0x1800;                \
  csrs mstatus, s5;             \
  mret;                         \
  .section .tohost, "aw", @progbits; \
  .balign 64;                   \
  .globl tohost;                \
  tohost : .dword 0;            \
  .dword 0

  // To user mode, at the next instruction. Changes a0.
  .macro enter_user
  li a0, 0x1800
  csrc mstatus, a0
  la a0, 3f
  csrw mepc, a0
  mret
3:
  .endm

  // The code is illegal in user mode. mtvec must point to a handler that goes on at s5 in machine mode with mcause in s2.
  .macro user_illegal number, code:vararg
  enter_user
  li gp, \number
  la s5, 1f
  \code
  j fail
  .balign 4
1:
  li t6, 2
  bne s2, t6, fail
  .endm

  // Back to machine mode, with the same handler.
  .macro leave_user
  la s5, 1f
  ecall
  .balign 4
1:
  .endm
