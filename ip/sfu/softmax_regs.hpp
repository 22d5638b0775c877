// SPDX-License-Identifier: Apache-2.0
// Registers of the softmax unit with attention-span masking (docs/numerics.md section 5).
#pragma once
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::softmax {

inline constexpr Register rows{0x20, Access::read_write, 0, "ROWS", "query rows"};
inline constexpr Register columns{0x24, Access::read_write, 0, "COLUMNS", "keys a row holds, up to 4096"};
inline constexpr Register keys{0x28, Access::read_write, 0, "KEYS",
                               "valid keys of the sentence: key numbers from here on are PAD"};
inline constexpr Register first_row{0x2c, Access::read_write, 0, "FIRST_ROW",
                                    "token number of the first row"};
inline constexpr Register first_key{0x30, Access::read_write, 0, "FIRST_KEY",
                                    "token number of the first column"};
inline constexpr Register mode{0x34, Access::read_write, 0, "MODE",
                               "1:0 span form (0 none, 1 all keys, 2 in span), bit 4 mask by key position"};
inline constexpr Register source_format{0x38, Access::read_write, 1, "SOURCE_FORMAT",
                                        "1:0 must be wide (1), bit 4 data buffer"};
inline constexpr Register source_base{0x3c, Access::read_write, 0, "SOURCE_BASE",
                                      "byte address of the scores"};
inline constexpr Register source_stride{0x40, Access::read_write, 0, "SOURCE_STRIDE", "bytes between rows"};
inline constexpr Register output_format{0x44, Access::read_write, 0, "OUTPUT_FORMAT",
                                        "bit 4 data buffer; always AdaptivFloat with bias 3"};
inline constexpr Register output_base{0x48, Access::read_write, 0, "OUTPUT_BASE",
                                      "byte address of the weights"};
inline constexpr Register output_stride{0x4c, Access::read_write, 0, "OUTPUT_STRIDE", "bytes between rows"};
inline constexpr Register span_base{0x50, Access::read_write, 0, "SPAN_BASE",
                                    "auxiliary byte address of the head's mask codes, bias 3"};
inline constexpr Register span_length{0x54, Access::read_write, 0, "SPAN_LENGTH",
                                      "mask codes; beyond them the mask is 0"};
inline constexpr Register row_scale_base{0x58, Access::read_write, 0, "ROW_SCALE_BASE",
                                         "auxiliary byte address of one UQ1.20 word a row"};

inline constexpr Register map[] = {rows,        columns,       keys,        first_row,     first_key,
                                   mode,        source_format, source_base, source_stride, output_format,
                                   output_base, output_stride, span_base,   span_length,   row_scale_base};

inline constexpr Field mode_span_form{0, 2};
inline constexpr Field mode_by_position{4, 1};

inline constexpr NamedField fields[] = {{mode.offset, "span_form", mode_span_form},
                                        {mode.offset, "by_position", mode_by_position},
                                        {source_format.offset, "kind", sfu::format_kind},
                                        {source_format.offset, "buffer", sfu::format_buffer},
                                        {source_format.offset, "bias", sfu::format_bias},
                                        {output_format.offset, "kind", sfu::format_kind},
                                        {output_format.offset, "buffer", sfu::format_buffer},
                                        {output_format.offset, "bias", sfu::format_bias}};

inline constexpr uint32_t columns_max = 4096;

}  // namespace edgebert::softmax
