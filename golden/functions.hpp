// SPDX-License-Identifier: Apache-2.0
// The special functions of docs/numerics.md, correctly rounded.
//
// All but the reciprocal square root evaluate the library's long double function and round once. A result has
// at most 32 integer bits, so a 64-bit significand leaves 2^-32 of a last place or better before the
// rounding; tests/unit/golden walks through every input of every function (for ln: every rounding boundary)
// and shows that none comes that close to a half. The reciprocal square root is decided on integers.
#pragma once
#include <cstdint>

#include "contract/formats.hpp"

namespace edgebert::golden {

/// nearest(2^31 * exp(-difference / 2^12)), UQ1.31; difference >= 0 in Q8.12.
std::int64_t exp_negative(std::int32_t difference);

/// nearest(2^16 * ln(sum / 2^31)); sum >= 2^31.
std::int64_t ln_of_sum(std::int64_t sum);

/// nearest(2^16 * ln(classes)): the largest entropy of so many classes.
std::int64_t ln_of_count(std::uint32_t classes);

/// x normalised: 1 / sqrt(x) = mantissa * 2^-(24 + exponent), mantissa in (2^23, 2^24].
struct ReciprocalRoot {
  std::int64_t mantissa;
  int exponent;  ///< floor(log4 x)
};

/// Of an integer 1 <= x < 2^54.
ReciprocalRoot reciprocal_root(std::int64_t x);

/// Of Q8.12, in Q8.12.
std::int32_t gelu_new(std::int32_t x);
std::int32_t gelu(std::int32_t x);
std::int32_t tanh(std::int32_t x);

/// The activation of a product's result, Q8.12.
std::int32_t activate(Activation activation, std::int32_t x);

/// The real functions before rounding, in units of the result's last place: what the tests walk through.
namespace real {
long double exp_negative(std::int32_t difference);
long double gelu_new(std::int32_t x);
long double gelu(std::int32_t x);
long double tanh(std::int32_t x);
}  // namespace real

}  // namespace edgebert::golden
