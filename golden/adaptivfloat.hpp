// SPDX-License-Identifier: Apache-2.0
// AdaptivFloat<8,3>, docs/numerics.md section 2: sign, 3 bits of exponent, 4 bits of mantissa, and one
// exponent bias 0 to 7 for a whole tensor.
#pragma once
#include <cstdint>

#include "golden/fixed_point.hpp"

namespace edgebert::golden {

/// Integer significand I of a code: value = I * 2^(bias - 14), |I| <= 3968.
std::int32_t significand_of(std::uint8_t code);

/// The code's value.
double decode(std::uint8_t code, unsigned bias);

/// The code's value in Q8.12: rnd(I * 2^bias, 2).
std::int32_t q12(std::uint8_t code, unsigned bias);

/// Code nearest to a finite real x. Exact: a double holds every number the contract encodes, and scaling by
/// powers of two, comparing and rounding lose nothing. A saturation is counted.
std::uint8_t encode(double x, unsigned bias, Saturations& saturations);

/// The smallest bias with which `largest_magnitude`, after rounding, does not saturate; 7 if there is none.
unsigned bias_for(double largest_magnitude);

}  // namespace edgebert::golden
