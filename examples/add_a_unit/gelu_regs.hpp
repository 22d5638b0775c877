// SPDX-License-Identifier: Apache-2.0
// Registers of the GELU unit, shared by the model and the firmware. Language-only C++, as all *_regs.hpp.
#pragma once
#include "contract/memory_map.hpp"
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::gelu {

// ID, CONTROL, STATUS, INTERRUPT, TAG and the two counters, 0x00 to 0x1c, are the same in every unit:
// contract/unit_regs.hpp.
inline constexpr Register rows{0x20, Access::read_write, 0, "ROWS", "rows of the matrix"};
inline constexpr Register elements{0x24, Access::read_write, 0, "ELEMENTS", "elements of a row"};
inline constexpr Register source_format{
    0x28, Access::read_write, 1, "SOURCE_FORMAT",
    "1:0 AdaptivFloat (0) or wide (1), bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register source_base{0x2c, Access::read_write, 0, "SOURCE_BASE",
                                      "byte address of the operand"};
inline constexpr Register source_stride{0x30, Access::read_write, 0, "SOURCE_STRIDE", "bytes between rows"};
inline constexpr Register output_format{0x34, Access::read_write, 0, "OUTPUT_FORMAT",
                                        "bit 4 data buffer, 10:8 exponent bias; always AdaptivFloat"};
inline constexpr Register output_base{0x38, Access::read_write, 0, "OUTPUT_BASE",
                                      "byte address of the result"};
inline constexpr Register output_stride{0x3c, Access::read_write, 0, "OUTPUT_STRIDE", "bytes between rows"};

inline constexpr Register map[] = {rows,          elements,      source_format, source_base,
                                   source_stride, output_format, output_base,   output_stride};

/// Where it answers, who it says it is, which line it raises: the first of each that is free.
inline constexpr uint32_t base = memory_map::first_free_unit;
inline constexpr auto kind = static_cast<unit::Kind>(0xeb80);
inline constexpr auto line = static_cast<memory_map::InterruptLine>(memory_map::interrupt_lines);

}  // namespace edgebert::gelu
