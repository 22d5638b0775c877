// SPDX-License-Identifier: Apache-2.0
// Registers of the DMA engine: the accelerator's bus initiator. One command moves a two-dimensional block
// between a memory on the bus and a buffer of the accelerator, or gathers rows of a bit-mask-packed matrix
// (contract/model_descriptor.hpp).
#pragma once
#include "contract/unit_regs.hpp"

namespace edgebert::dma {

inline constexpr Register mode{0x20, Access::read_write, 0, "MODE",
                               "1:0 operation (0 load, 1 store, 2 load packed rows), 6:4 buffer"};
inline constexpr Register memory_address{0x24, Access::read_write, 0, "MEMORY_ADDRESS",
                                         "bus address of the first row"};
inline constexpr Register memory_stride{0x28, Access::read_write, 0, "MEMORY_STRIDE",
                                        "bytes between rows in memory; 0 repeats one row"};
inline constexpr Register buffer_address{0x2c, Access::read_write, 0, "BUFFER_ADDRESS",
                                         "byte address in the buffer"};
inline constexpr Register buffer_stride{0x30, Access::read_write, 0, "BUFFER_STRIDE",
                                        "bytes between rows in the buffer"};
inline constexpr Register row_bytes{0x34, Access::read_write, 0, "ROW_BYTES", "bytes of a row, dense blocks"};
inline constexpr Register rows{0x38, Access::read_write, 0, "ROWS", "rows to move"};
inline constexpr Register packed_masks{0x3c, Access::read_write, 0, "PACKED_MASKS",
                                       "bus address of the matrix's masks"};
inline constexpr Register packed_data{0x40, Access::read_write, 0, "PACKED_DATA",
                                      "bus address of its non-zero codes"};
inline constexpr Register packed_index_base{
    0x44, Access::read_write, 0, "PACKED_INDEX_BASE",
    "bus address of one 32-bit word per 64 rows (fewer in wide matrices: contract index_rows)"};
inline constexpr Register packed_index_offset{0x48, Access::read_write, 0, "PACKED_INDEX_OFFSET",
                                              "bus address of one halfword a row"};
inline constexpr Register packed_groups{0x4c, Access::read_write, 0, "PACKED_GROUPS",
                                        "64-element groups of a whole row"};
inline constexpr Register first_group{0x50, Access::read_write, 0, "FIRST_GROUP", "first group to load"};
inline constexpr Register groups{0x54, Access::read_write, 0, "GROUPS", "groups of each row to load"};
inline constexpr Register first_row{0x58, Access::read_write, 0, "FIRST_ROW",
                                    "first row to load, when ROW_LIST is 0"};
inline constexpr Register row_list{
    0x5c, Access::read_write, 0, "ROW_LIST",
    "bus address of one halfword a row: the rows to gather; 0 takes consecutive rows"};
inline constexpr Register mask_address{0x60, Access::read_write, 0, "MASK_ADDRESS",
                                       "byte address in the mask buffer beside the data buffer"};
inline constexpr Register loaded_bytes{0x64, Access::read_only, 0, "LOADED_BYTES",
                                       "data bytes the last packed load wrote"};
inline constexpr Register fault_address{0x68, Access::read_only, 0, "FAULT_ADDRESS",
                                        "bus address of the access that failed"};

inline constexpr Register map[] = {
    mode,         memory_address, memory_stride,     buffer_address,      buffer_stride, row_bytes,   rows,
    packed_masks, packed_data,    packed_index_base, packed_index_offset, packed_groups, first_group, groups,
    first_row,    row_list,       mask_address,      loaded_bytes,        fault_address};

inline constexpr Field mode_operation{0, 2};
inline constexpr Field mode_buffer{4, 3};

inline constexpr NamedField fields[] = {{mode.offset, "operation", mode_operation},
                                        {mode.offset, "buffer", mode_buffer}};

enum class Operation : uint32_t { load = 0, store = 1, load_packed = 2 };
enum class Buffer : uint32_t { data0 = 0, data1 = 1, mask0 = 2, mask1 = 3, auxiliary = 4 };

enum class Error : uint32_t {
  bad_shape = unit::first_own_error,  ///< a count is 0, FIRST_GROUP + GROUPS exceeds PACKED_GROUPS, or the
                                      ///< mode is not defined
  outside_buffer,
  bus_error,  ///< a bus access got an error response; FAULT_ADDRESS says where
};

}  // namespace edgebert::dma
