// SPDX-License-Identifier: Apache-2.0
// The special functions of docs/numerics.md, correctly rounded. Functions of a narrow argument are tables
// filled once from double: their nearest distance to a rounding boundary is some 2^-17 of an LSB, 2^5 times
// double's error, and tests compare every entry.
#pragma once
#include <cstdint>
#include <span>

#include "contract/formats.hpp"

namespace edgebert::numerics {

/// nearest(2^31 * exp(-difference / 2^12)), UQ1.31; difference >= 0 in Q.12.
std::uint32_t exp_negative(std::uint32_t difference);

/// exp_negative() of 0, 1, 2 ... up to the first 0.
std::span<const std::uint32_t> exp_table();

/// An activation function of Q8.12 values, in place.
void activate(Activation activation, std::span<std::int32_t> values);
/// Makes the tables that activate() would make when it first needs them.
void prepare_activations();

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
