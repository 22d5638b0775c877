// SPDX-License-Identifier: Apache-2.0
// Registers of the early-exit assessment unit (docs/numerics.md section 8).
#pragma once
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::early_exit {

inline constexpr Register source_format{0x20, Access::read_write, 1, "SOURCE_FORMAT",
                                        "1:0 must be wide (1), bit 4 data buffer"};
inline constexpr Register source_base{0x24, Access::read_write, 0, "SOURCE_BASE",
                                      "byte address of the logits"};
inline constexpr Register classes{0x28, Access::read_write, 2, "CLASSES", "valid logits, 2 to 64"};
inline constexpr Register threshold{0x2c, Access::read_write, 0, "THRESHOLD",
                                    "exit below this entropy, nats, Q16.16"};
inline constexpr Register entropy{0x30, Access::read_only, 0, "ENTROPY", "last result, nats, Q16.16"};
inline constexpr Register decision{0x34, Access::read_only, 0, "DECISION",
                                   "bit 0: entropy was below THRESHOLD"};

inline constexpr Register map[] = {source_format, source_base, classes, threshold, entropy, decision};

}  // namespace edgebert::early_exit
