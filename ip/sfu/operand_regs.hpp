// SPDX-License-Identifier: Apache-2.0
// How a special function unit is told where an operand lies: the fields of every *_FORMAT register of the
// SFU.
#pragma once
#include "contract/unit_regs.hpp"

namespace edgebert::sfu {

inline constexpr Field format_kind{0, 2};
inline constexpr Field format_buffer{4, 1};
inline constexpr Field format_bias{8, 3};

/// How the elements of an operand or result are stored in a data buffer.
enum class Format : uint32_t {
  adaptivfloat = 0,  ///< one code a byte
  wide = 1,          ///< Q8.12, one 32-bit word an element
  packed = 2,        ///< bit-mask packed codes; operands only
};

/// STATUS.error values the special function units share.
enum class Error : uint32_t {
  bad_shape = unit::first_own_error,
  operand_outside_buffer,
  mask_disagrees,
  output_outside_buffer,
  parameters_outside_auxiliary,
  bad_format,
};

}  // namespace edgebert::sfu
