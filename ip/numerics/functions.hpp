// SPDX-License-Identifier: Apache-2.0
// The special functions of docs/numerics.md, correctly rounded. Functions of a narrow argument are tables
// filled once from long double: their nearest distance to a rounding boundary is some 2^-17 of an LSB, 2^14
// times long double's error.
#pragma once
#include <cstdint>

#include "contract/formats.hpp"

namespace edgebert::numerics {

/// nearest(2^31 * exp(-difference / 2^12)), UQ1.31; difference >= 0 in Q.12.
std::uint32_t exp_negative(std::uint32_t difference);

/// An activation function on Q8.12, any value of 20 bits.
std::int32_t activate(Activation activation, std::int32_t value);

/// nearest(2^16 * ln(sum / 2^31)) for sum >= 2^31.
std::int64_t ln_of_sum(std::uint64_t sum);

/// 1 / sqrt(variance) as mantissa * 2^(-12 - exponent).
struct InverseRoot {
  std::uint32_t mantissa;  ///< in (2^23, 2^24]
  int exponent;            ///< floor(log4 variance)
};

/// @param variance  24 fraction bits, greater than 0
InverseRoot inverse_root(std::uint64_t variance);

}  // namespace edgebert::numerics
