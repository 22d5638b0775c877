// SPDX-License-Identifier: Apache-2.0
// The registers every accelerator unit starts with, 0x00 to 0x1c.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::unit {

/// Which block answers at an address: bits 31:16 of ID. From 0xeb80 on they are free for units of one's own.
enum class Kind : uint32_t {
  accelerator = 0xeb00,
  processing_unit = 0xeb01,
  softmax = 0xeb02,
  layernorm = 0xeb03,
  element_add = 0xeb04,
  early_exit = 0xeb05,
  dma = 0xeb06,
  dvfs = 0xeb07,
};

inline constexpr uint32_t version = 1;  ///< bits 15:0 of ID

inline constexpr Register id{0x00, Access::read_only, 0, "ID", "31:16 kind of unit, 15:0 version"};
inline constexpr Register control{0x04, Access::write_only, 0, "CONTROL",
                                  "bit 0: start the command in the registers"};
inline constexpr Register status{0x08, Access::read_only, 0, "STATUS",
                                 "bit 0 busy, 15:8 error of the last command (0 = none)"};
inline constexpr Register interrupt{
    0x0c, Access::read_write, 0, "INTERRUPT",
    "causes: bit 0 done, bit 1 error, write 1 to acknowledge; enables: bits 8 and 9"};
inline constexpr Register tag{
    0x10, Access::read_write, 0, "TAG",
    "7:0 layer, 15:8 operator, 23:16 head of the tile being computed; costs nothing"};
inline constexpr Register tag_position{0x14, Access::read_write, 0, "TAG_POSITION",
                                       "15:0 first row, 31:16 first column of the tile in its tensor"};
inline constexpr Register busy_cycles{0x18, Access::read_only, 0, "BUSY_CYCLES",
                                      "accelerator cycles spent in commands since reset, modulo 2^32"};
inline constexpr Register commands{0x1c, Access::read_only, 0, "COMMANDS",
                                   "commands completed since reset, modulo 2^32"};

inline constexpr Register map[] = {id, control, status, interrupt, tag, tag_position, busy_cycles, commands};

inline constexpr uint32_t control_start = 1u << 0;

inline constexpr Field status_busy{0, 1};
inline constexpr Field status_error{8, 8};

inline constexpr uint32_t interrupt_done = 1u << 0;
inline constexpr uint32_t interrupt_error = 1u << 1;
inline constexpr unsigned interrupt_enable_shift = 8;

inline constexpr Field tag_layer{0, 8};
inline constexpr Field tag_operator{8, 8};
inline constexpr Field tag_head{16, 8};
inline constexpr Field tag_row{0, 16};
inline constexpr Field tag_column{16, 16};

inline constexpr NamedField fields[] = {{id.offset, "kind", {16, 16}},
                                        {id.offset, "version", {0, 16}},
                                        {control.offset, "start", {0, 1}},
                                        {status.offset, "busy", status_busy},
                                        {status.offset, "error", status_error},
                                        {interrupt.offset, "done", {0, 1}},
                                        {interrupt.offset, "error", {1, 1}},
                                        {interrupt.offset, "done_enable", {interrupt_enable_shift, 1}},
                                        {interrupt.offset, "error_enable", {interrupt_enable_shift + 1, 1}},
                                        {tag.offset, "layer", tag_layer},
                                        {tag.offset, "operator", tag_operator},
                                        {tag.offset, "head", tag_head},
                                        {tag_position.offset, "row", tag_row},
                                        {tag_position.offset, "column", tag_column}};

/// STATUS.error values that any unit may report; each unit's own start at 16.
enum class Error : uint32_t {
  none = 0,
  started_while_busy = 1,  ///< CONTROL.start while a command runs; the running command is not disturbed
  buffer_in_use = 2,   ///< another unit is working on the same bytes of a buffer, and one of the two writes
  clock_changing = 3,  ///< the accelerator's voltage or clock is on its way to another point
};
inline constexpr uint32_t first_own_error = 16;

}  // namespace edgebert::unit
