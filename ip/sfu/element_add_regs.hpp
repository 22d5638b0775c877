// SPDX-License-Identifier: Apache-2.0
// Registers of the element-wise add unit (docs/numerics.md section 6).
#pragma once
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::element_add {

inline constexpr Register rows{0x20, Access::read_write, 0, "ROWS", "rows to add"};
inline constexpr Register features{0x24, Access::read_write, 0, "FEATURES", "elements of a row"};
inline constexpr Register a_format{0x28, Access::read_write, 0, "A_FORMAT",
                                   "1:0 format, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register a_base{0x2c, Access::read_write, 0, "A_BASE", "byte address"};
inline constexpr Register a_stride{0x30, Access::read_write, 0, "A_STRIDE", "bytes between rows"};
inline constexpr Register a_mask{0x34, Access::read_write, 0, "A_MASK",
                                 "byte address in the mask buffer, packed operands"};
inline constexpr Register b_format{0x38, Access::read_write, 0, "B_FORMAT",
                                   "1:0 format, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register b_base{0x3c, Access::read_write, 0, "B_BASE", "byte address"};
inline constexpr Register b_stride{0x40, Access::read_write, 0, "B_STRIDE",
                                   "bytes between rows; 0 repeats one row"};
inline constexpr Register b_mask{0x44, Access::read_write, 0, "B_MASK",
                                 "byte address in the mask buffer, packed operands"};
inline constexpr Register output_format{0x48, Access::read_write, 0, "OUTPUT_FORMAT",
                                        "1:0 AdaptivFloat or wide, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register output_base{0x4c, Access::read_write, 0, "OUTPUT_BASE", "byte address"};
inline constexpr Register output_stride{0x50, Access::read_write, 0, "OUTPUT_STRIDE", "bytes between rows"};

inline constexpr Register map[] = {rows,          features,    a_format,     a_base,   a_stride,
                                   a_mask,        b_format,    b_base,       b_stride, b_mask,
                                   output_format, output_base, output_stride};

inline constexpr NamedField fields[] = {
    {a_format.offset, "kind", sfu::format_kind},      {a_format.offset, "buffer", sfu::format_buffer},
    {a_format.offset, "bias", sfu::format_bias},      {b_format.offset, "kind", sfu::format_kind},
    {b_format.offset, "buffer", sfu::format_buffer},  {b_format.offset, "bias", sfu::format_bias},
    {output_format.offset, "kind", sfu::format_kind}, {output_format.offset, "buffer", sfu::format_buffer},
    {output_format.offset, "bias", sfu::format_bias}};

}  // namespace edgebert::element_add
