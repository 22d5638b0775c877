// SPDX-License-Identifier: Apache-2.0
// Registers of the processing unit: two bit-mask decoders, n x n VMAC datapath, accumulator, activation,
// encoder. One command computes out[r][c] = sum over k of A[r][k] * B[c][k] (docs/numerics.md section 3) on
// what the buffers hold.
#pragma once
#include "contract/unit_regs.hpp"

namespace edgebert::processing_unit {

inline constexpr Register rows{0x20, Access::read_write, 0, "ROWS", "rows of the result"};
inline constexpr Register columns{0x24, Access::read_write, 0, "COLUMNS", "columns of the result"};
inline constexpr Register reduction{0x28, Access::read_write, 0, "REDUCTION", "elements summed, 1 to 32768"};
inline constexpr Register mode{
    0x2c, Access::read_write, 0, "MODE",
    "bit 0 rows come from decoder 0 (else 1), 1 start from the kept accumulator, 2 keep the accumulator and "
    "write nothing, 6:4 activation, 9:8 channel bias (0 none, 1 a column, 2 a row), 10 scale a row"};
inline constexpr Register operand0_base{0x30, Access::read_write, 0, "OPERAND0_BASE",
                                        "byte address in data buffer 0"};
inline constexpr Register operand0_stride{0x34, Access::read_write, 0, "OPERAND0_STRIDE",
                                          "bytes between rows, dense operands"};
inline constexpr Register operand0_mask{0x38, Access::read_write, 0, "OPERAND0_MASK",
                                        "byte address in mask buffer 0, packed operands"};
inline constexpr Register operand0_format{0x3c, Access::read_write, 0, "OPERAND0_FORMAT",
                                          "bit 0 packed, 6:4 exponent bias"};
inline constexpr Register operand1_base{0x40, Access::read_write, 0, "OPERAND1_BASE",
                                        "byte address in data buffer 1"};
inline constexpr Register operand1_stride{0x44, Access::read_write, 0, "OPERAND1_STRIDE",
                                          "bytes between rows, dense operands"};
inline constexpr Register operand1_mask{0x48, Access::read_write, 0, "OPERAND1_MASK",
                                        "byte address in mask buffer 1, packed operands"};
inline constexpr Register operand1_format{0x4c, Access::read_write, 0, "OPERAND1_FORMAT",
                                          "bit 0 packed, 6:4 exponent bias"};
inline constexpr Register scale{0x50, Access::read_write, 1u << 20, "SCALE",
                                "UQ1.20 factor of the sum, at most 1.0"};
inline constexpr Register bias_base{0x54, Access::read_write, 0, "BIAS_BASE",
                                    "auxiliary byte address of the 16-bit channel biases"};
inline constexpr Register bias_fraction{0x58, Access::read_write, 12, "BIAS_FRACTION",
                                        "their fraction bits, 0 to 12"};
inline constexpr Register row_scale_base{
    0x5c, Access::read_write, 0, "ROW_SCALE_BASE",
    "auxiliary byte address of one UQ1.20 word a row; used when MODE says so"};
inline constexpr Register output_format{
    0x60, Access::read_write, 0, "OUTPUT_FORMAT",
    "1:0 format (0 AdaptivFloat, 1 wide, 2 packed), bit 4 data buffer, 10:8 exponent bias"};
inline constexpr Register output_base{0x64, Access::read_write, 0, "OUTPUT_BASE",
                                      "byte address in the output's data buffer"};
inline constexpr Register output_stride{0x68, Access::read_write, 0, "OUTPUT_STRIDE",
                                        "bytes between rows; not for packed output"};
inline constexpr Register output_mask{0x6c, Access::read_write, 0, "OUTPUT_MASK",
                                      "byte address in the mask buffer, packed output"};
inline constexpr Register output_bytes{0x70, Access::read_only, 0, "OUTPUT_BYTES",
                                       "data bytes the last packed output took"};

inline constexpr Register published_epilogue{
    0x74, Access::read_write, 0, "PUBLISHED_EPILOGUE",
    "only with the published model's arithmetic, which has no SCALE and no channel biases: 4:0 right shift "
    "of the "
    "sum, bit 8 add the bias, 23:16 the bias, signed, 12 fraction bits"};

inline constexpr Register map[] = {rows,          columns,           reduction,     mode,
                                   operand0_base, operand0_stride,   operand0_mask, operand0_format,
                                   operand1_base, operand1_stride,   operand1_mask, operand1_format,
                                   scale,         bias_base,         bias_fraction, row_scale_base,
                                   output_format, output_base,       output_stride, output_mask,
                                   output_bytes,  published_epilogue};

inline constexpr Field mode_rows_from_decoder0{0, 1};
inline constexpr Field mode_accumulate{1, 1};
inline constexpr Field mode_keep{2, 1};
inline constexpr Field mode_activation{4, 3};
inline constexpr Field mode_bias_axis{8, 2};
inline constexpr Field mode_row_scale{10, 1};
inline constexpr Field format_packed{0, 1};
inline constexpr Field format_bias{4, 3};
inline constexpr Field output_kind{0, 2};
inline constexpr Field output_buffer{4, 1};
inline constexpr Field output_bias{8, 3};
inline constexpr Field published_shift{0, 5};
inline constexpr Field published_adds_bias{8, 1};
inline constexpr Field published_bias{16, 8};

inline constexpr NamedField fields[] = {{mode.offset, "rows_from_decoder0", mode_rows_from_decoder0},
                                        {mode.offset, "accumulate", mode_accumulate},
                                        {mode.offset, "keep", mode_keep},
                                        {mode.offset, "activation", mode_activation},
                                        {mode.offset, "bias_axis", mode_bias_axis},
                                        {mode.offset, "row_scale", mode_row_scale},
                                        {operand0_format.offset, "packed", format_packed},
                                        {operand0_format.offset, "bias", format_bias},
                                        {operand1_format.offset, "packed", format_packed},
                                        {operand1_format.offset, "bias", format_bias},
                                        {output_format.offset, "kind", output_kind},
                                        {output_format.offset, "buffer", output_buffer},
                                        {output_format.offset, "bias", output_bias},
                                        {published_epilogue.offset, "shift", published_shift},
                                        {published_epilogue.offset, "adds_bias", published_adds_bias},
                                        {published_epilogue.offset, "bias", published_bias}};

enum class BiasAxis : uint32_t { none = 0, column = 1, row = 2 };
enum class OutputKind : uint32_t { adaptivfloat = 0, wide = 1, packed = 2 };

enum class Error : uint32_t {
  bad_shape = unit::first_own_error,  ///< ROWS, COLUMNS or REDUCTION is 0, or REDUCTION (with what was kept)
                                      ///< over 32768
  operand0_outside_buffer,
  operand1_outside_buffer,
  operand0_mask_disagrees,  ///< the masks name more non-zeros than the data buffer holds
  operand1_mask_disagrees,
  output_outside_buffer,
  output_overlaps_operand,
  parameters_outside_auxiliary,  ///< channel biases or row scales
  bad_format,                    ///< activation, bias axis, output kind, scale or fraction bits not defined
  keep_exceeds_lanes,  ///< MODE keeps or continues an accumulator larger than n x n, or of another shape
  not_in_published_arithmetic,  ///< the published model's unit has no KEEP, scale, channel biases, activation
                                ///< but ReLU, wide or packed output
};

}  // namespace edgebert::processing_unit
