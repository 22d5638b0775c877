// SPDX-License-Identifier: Apache-2.0
// An interrupt's way into C++, described so that a debugger finds the interrupted function: what would be the
// return address is in mepc, DWARF column 4096 + CSR number.
#define MEPC_COLUMN 4929

  .cfi_sections .debug_frame
  .section .text.trap_entry, "ax"
  .balign 4
  .global trap_entry
  .type trap_entry, @function
trap_entry:
  .cfi_startproc
  .cfi_signal_frame
  .cfi_return_column MEPC_COLUMN
  addi sp, sp, -64
  .cfi_def_cfa_offset 64
  .macro save register, place
  sw \register, \place(sp)
  .cfi_rel_offset \register, \place
  .endm
  save ra, 0
  save t0, 4
  save t1, 8
  save t2, 12
  save a0, 16
  save a1, 20
  save a2, 24
  save a3, 28
  save a4, 32
  save a5, 36
  save a6, 40
  save a7, 44
  save t3, 48
  save t4, 52
  save t5, 56
  save t6, 60
  call on_timer
  .macro restore register, place
  lw \register, \place(sp)
  .endm
  restore ra, 0
  restore t0, 4
  restore t1, 8
  restore t2, 12
  restore a0, 16
  restore a1, 20
  restore a2, 24
  restore a3, 28
  restore a4, 32
  restore a5, 36
  restore a6, 40
  restore a7, 44
  restore t3, 48
  restore t4, 52
  restore t5, 56
  restore t6, 60
  addi sp, sp, 64
  mret
  .cfi_endproc
  .size trap_entry, . - trap_entry
