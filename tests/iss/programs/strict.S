// SPDX-License-Identifier: Apache-2.0
// Misaligned accesses trap (iss-run --strict-align): cause, mtval, nothing read or written.
#include "tests/iss/programs/test.hpp"
  .macro misaligned number, cause, op, offset
  li a1, 0x5a
  CHECK_TRAP(\number, \cause, \op a1, \offset(a0))
  addi a2, a0, \offset
  bne s3, a2, fail
  li t6, 0x5a
  bne a1, t6, fail
  lw a2, 0(a0)
  li t6, 0x01020304
  bne a2, t6, fail
  .endm
  BEGIN
  la a0, words
  misaligned 1, 4, lh, 1
  misaligned 2, 4, lhu, 3
  misaligned 3, 4, lw, 1
  misaligned 4, 4, lw, 2
  misaligned 5, 4, lw, 3
  misaligned 6, 6, sh, 1
  misaligned 7, 6, sh, 3
  misaligned 8, 6, sw, 1
  misaligned 9, 6, sw, 2
  misaligned 10, 6, sw, 3
  CHECK(11, a1, 0x02, lb a1, 2(a0))
  CHECK(12, a1, 0x0102, lh a1, 2(a0))
  END
  .data
  .balign 4
words:
  .word 0x01020304, 0
