// SPDX-License-Identifier: Apache-2.0
// Registers of the fused add-and-layernorm unit (docs/numerics.md section 7).
#pragma once
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::layernorm {

inline constexpr Register rows{0x20, Access::read_write, 0, "ROWS", "rows to normalise"};
inline constexpr Register features{0x24, Access::read_write, 0, "FEATURES", "elements of a row, 1 to 4096"};
inline constexpr Register mode{0x28, Access::read_write, 0, "MODE",
                               "bit 0: add operand B before normalising"};
inline constexpr Register a_format{0x2c, Access::read_write, 0, "A_FORMAT",
                                   "1:0 format, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register a_base{0x30, Access::read_write, 0, "A_BASE", "byte address"};
inline constexpr Register a_stride{0x34, Access::read_write, 0, "A_STRIDE", "bytes between rows"};
inline constexpr Register a_mask{0x38, Access::read_write, 0, "A_MASK",
                                 "byte address in the mask buffer, packed operands"};
inline constexpr Register b_format{0x3c, Access::read_write, 0, "B_FORMAT",
                                   "1:0 format, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register b_base{0x40, Access::read_write, 0, "B_BASE", "byte address"};
inline constexpr Register b_stride{0x44, Access::read_write, 0, "B_STRIDE",
                                   "bytes between rows; 0 repeats one row"};
inline constexpr Register b_mask{0x48, Access::read_write, 0, "B_MASK",
                                 "byte address in the mask buffer, packed operands"};
inline constexpr Register output_format{0x4c, Access::read_write, 0, "OUTPUT_FORMAT",
                                        "1:0 must be AdaptivFloat, bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register output_base{0x50, Access::read_write, 0, "OUTPUT_BASE", "byte address"};
inline constexpr Register output_stride{0x54, Access::read_write, 0, "OUTPUT_STRIDE", "bytes between rows"};
inline constexpr Register gamma_base{0x58, Access::read_write, 0, "GAMMA_BASE",
                                     "auxiliary byte address, one code a feature"};
inline constexpr Register beta_base{0x5c, Access::read_write, 0, "BETA_BASE",
                                    "auxiliary byte address, one code a feature"};
inline constexpr Register parameter_biases{0x60, Access::read_write, 0, "PARAMETER_BIASES",
                                           "2:0 exponent bias of gamma, 6:4 of beta"};
inline constexpr Register epsilon{0x64, Access::read_write, 0, "EPSILON",
                                  "added to the variance, 24 fraction bits"};

inline constexpr Register map[] = {rows,      features,         mode,        a_format,      a_base,
                                   a_stride,  a_mask,           b_format,    b_base,        b_stride,
                                   b_mask,    output_format,    output_base, output_stride, gamma_base,
                                   beta_base, parameter_biases, epsilon};

inline constexpr Field mode_add{0, 1};
inline constexpr Field gamma_bias{0, 3};
inline constexpr Field beta_bias{4, 3};

inline constexpr NamedField fields[] = {{mode.offset, "add", mode_add},
                                        {a_format.offset, "kind", sfu::format_kind},
                                        {a_format.offset, "buffer", sfu::format_buffer},
                                        {a_format.offset, "bias", sfu::format_bias},
                                        {b_format.offset, "kind", sfu::format_kind},
                                        {b_format.offset, "buffer", sfu::format_buffer},
                                        {b_format.offset, "bias", sfu::format_bias},
                                        {output_format.offset, "kind", sfu::format_kind},
                                        {output_format.offset, "buffer", sfu::format_buffer},
                                        {output_format.offset, "bias", sfu::format_bias},
                                        {parameter_biases.offset, "gamma", gamma_bias},
                                        {parameter_biases.offset, "beta", beta_bias}};

}  // namespace edgebert::layernorm
