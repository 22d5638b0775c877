// SPDX-License-Identifier: Apache-2.0
// Registers of the early-exit assessment unit (docs/numerics.md section 8). Three commands, chosen by MODE:
//   assess   entropy of the logits; ENTROPY, DECISION
//   predict  at which later layer the entropy will fall below THRESHOLD, looked up by ENTROPY;
//   PREDICTED_INDEX test     as assess, but ENTROPY becomes TEST_ENTROPY after TEST_CYCLES: no logits are
//   read. A test feature,
//            by which recorded entropies drive firmware's decisions
// The exit-prediction table lies in the auxiliary buffer: LUT_ROWS rows of 1 + LUT_COLUMNS words, Q16.16
// nats; the first word is the entropy at the prediction layer, ascending, the others those expected at the
// layers behind it.
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

inline constexpr Register mode{0x38, Access::read_write, 0, "MODE",
                               "1:0 command (0 assess, 1 predict, 2 test: assess with TEST_ENTROPY)"};
inline constexpr Register lut_base{0x3c, Access::read_write, 0, "LUT_BASE",
                                   "byte address of the exit-prediction table in the auxiliary buffer"};
inline constexpr Register lut_rows{0x40, Access::read_write, 0, "LUT_ROWS", "rows of the table"};
inline constexpr Register lut_columns{0x44, Access::read_write, 0, "LUT_COLUMNS",
                                      "predicted entropies of a row, behind its first word"};
inline constexpr Register predicted_index{
    0x48, Access::read_only, 0, "PREDICTED_INDEX",
    "last prediction: first column, from 0, of the nearest row that is below THRESHOLD, else the last"};
inline constexpr Register test_entropy{0x4c, Access::read_write, 0, "TEST_ENTROPY",
                                       "result of a test command, nats, Q16.16"};
inline constexpr Register test_cycles{0x50, Access::read_write, 0, "TEST_CYCLES",
                                      "accelerator cycles a test command takes, at least 1"};

inline constexpr Register map[] = {source_format,   source_base,  classes,    threshold, entropy,
                                   decision,        mode,         lut_base,   lut_rows,  lut_columns,
                                   predicted_index, test_entropy, test_cycles};

inline constexpr Field mode_command{0, 2};

inline constexpr NamedField fields[] = {{mode.offset, "command", mode_command},
                                        {source_format.offset, "kind", sfu::format_kind},
                                        {source_format.offset, "buffer", sfu::format_buffer},
                                        {source_format.offset, "bias", sfu::format_bias}};

enum class Command : uint32_t { assess = 0, predict = 1, test = 2 };

}  // namespace edgebert::early_exit
