// SPDX-License-Identifier: Apache-2.0
// Reference values: Python's decimal module with 60 digits, each the real function written out (exp and ln
// are decimal's own; tanh x = (e^2x - 1)/(e^2x + 1); erf by its Maclaurin series with 160 digits), scaled as
// the contract says and rounded with ROUND_HALF_UP on the magnitude. Among them the hardest inputs to round.
#include "golden/functions.hpp"

#include <cmath>
#include <utility>

#include "golden/fixed_point.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

// Distance of |y| from the nearest half, where rounding would be undecided.
template <typename Function>
long double closest_to_half(Function function, std::int32_t first, std::int32_t last) {
  long double closest = 1;
  for (std::int32_t x = first; x <= last; ++x) {
    const long double y = std::fabs(function(x));
    closest = std::min(closest, std::fabs(y - std::floor(y) - 0.5L));
  }
  return closest;
}

}  // namespace

TEST_CASE("fixed point: rnd rounds halves away from zero") {
  CHECK(rnd(5, 1) == 3);
  CHECK(rnd(-5, 1) == -3);
  CHECK(rnd(4, 1) == 2);
  CHECK(rnd(7, 2) == 2);
  CHECK(rnd(-6, 2) == -2);
  CHECK(rnd(5, 0) == 5);
  CHECK(rnd(-3, -4) == -48);
  CHECK(rnd(std::int64_t{3} << 58, 60) == 1);  // 0.75
  CHECK(rnd(std::int64_t{1} << 59, 60) == 1);  // 0.5
  CHECK(rnd(INT64_MAX, 63) == 1);
  CHECK(rnd(-(std::int64_t{1} << 62), 63) == -1);
  CHECK(rnd(INT64_MAX, 64) == 0);
}

TEST_CASE("fixed point: rdiv rounds halves away from zero") {
  CHECK(rdiv(7, 2) == 4);
  CHECK(rdiv(-7, 2) == -4);
  CHECK(rdiv(10, 4) == 3);
  CHECK(rdiv(-9, 4) == -2);
  CHECK(rdiv(1, 3) == 0);
  CHECK(rdiv(2, 3) == 1);
  CHECK(rdiv(INT64_MAX, 1) == INT64_MAX);
  CHECK(rdiv(INT64_MAX, INT64_MAX) == 1);
}

TEST_CASE("fixed point: sat20 clamps to Q8.12 and counts") {
  Saturations saturations;
  CHECK(sat20(524287, saturations) == 524287);
  CHECK(sat20(-524288, saturations) == -524288);
  CHECK(saturations.working == 0);
  CHECK(sat20(524288, saturations) == 524287);
  CHECK(sat20(-524289, saturations) == -524288);
  CHECK(saturations.working == 2);
}

TEST_CASE("functions: exp equals the decimal references") {
  const std::pair<std::int32_t, std::int64_t> references[] = {
      {0, 2147483648}, {1, 2146959424}, {1263, 1577666965}, {4096, 790015084}, {19619, 17854527},
      {79760, 8},      {90851, 1},      {90852, 1},         {90853, 0},        {1048575, 0}};
  for (const auto& [difference, expected] : references) CHECK(exp_negative(difference) == expected);
}

TEST_CASE("functions: gelu_new, gelu and tanh equal the decimal references") {
  const std::pair<std::int32_t, std::int32_t> gelu_new_references[] = {
      {0, 0},         {1, 1},        {-1, 0},          {2048, 1416},   {4096, 3446},
      {-4096, -650},  {-3000, -696}, {-8192, -186},    {11181, 11147}, {-11181, -34},
      {15899, 15899}, {-15899, 0},   {524287, 524287}, {-524288, 0}};
  for (const auto& [x, expected] : gelu_new_references) CHECK(gelu_new(x) == expected);

  const std::pair<std::int32_t, std::int32_t> gelu_references[] = {
      {0, 0},        {1, 1},         {-1, 0},      {2048, 1416},     {4096, 3446}, {-4096, -650},
      {-3000, -696}, {16422, 16421}, {-16422, -1}, {524287, 524287}, {-524288, 0}};
  for (const auto& [x, expected] : gelu_references) CHECK(gelu(x) == expected);

  const std::pair<std::int32_t, std::int32_t> tanh_references[] = {
      {0, 0},       {1, 1},         {4096, 3119},   {-4096, -3119},  {6084, 3696},
      {6433, 3756}, {-6433, -3756}, {524287, 4096}, {-524288, -4096}};
  for (const auto& [x, expected] : tanh_references) CHECK(golden::tanh(x) == expected);
}

TEST_CASE("functions: activate chooses") {
  CHECK(activate(Activation::none, -5) == -5);
  CHECK(activate(Activation::relu, -5) == 0);
  CHECK(activate(Activation::relu, 5) == 5);
  CHECK(activate(Activation::gelu_new, -8192) == -186);
  CHECK(activate(Activation::gelu, 16422) == 16421);
  CHECK(activate(Activation::tanh, 4096) == 3119);
}

TEST_CASE("functions: ln equals the decimal references") {
  const std::pair<std::int64_t, std::int64_t> references[] = {
      {2147483648, 0},
      {2147483649, 0},
      {4294967296, 45426},
      {6442450944, 71999},
      {21474836480, 150902},
      {137438953472, 272557},
      // The three integers around the boundary between two results that comes closest to an integer.
      {18769963030, 142079},
      {18769963031, 142080},
      {18769963032, 142080}};
  for (const auto& [sum, expected] : references) CHECK(ln_of_sum(sum) == expected);
  CHECK(ln_of_count(2) == 45426);
  CHECK(ln_of_count(3) == 71999);
  CHECK(ln_of_count(10) == 150902);
  CHECK(ln_of_count(64) == 272557);
}

TEST_CASE("functions: the reciprocal root equals the decimal references") {
  const std::tuple<std::int64_t, std::int64_t, int> references[] = {{1, 16777216, 0},
                                                                    {2, 11863283, 0},
                                                                    {3, 9686330, 0},
                                                                    {4, 16777216, 1},
                                                                    {5, 15005998, 1},
                                                                    {15, 8663717, 1},
                                                                    {16, 16777216, 2},
                                                                    {17, 16276290, 2},
                                                                    {16777215, 8388608, 11},
                                                                    {16777216, 16777216, 12},
                                                                    {1000000007, 8692403, 14},
                                                                    {281474976710655, 8388608, 23},
                                                                    {1125899906842624, 16777216, 25},
                                                                    {9007199254753337, 11863283, 26}};
  for (const auto& [x, mantissa, exponent] : references) {
    CHECK(reciprocal_root(x).mantissa == mantissa);
    CHECK(reciprocal_root(x).exponent == exponent);
  }
}

// A long double carries 64 bits; a result below 2^31 then is exact to about 2^-31. None of the 2^20 inputs of
// a function lies closer than 2^-20 to a half, so every rounding is decided.
TEST_CASE("functions: no input of exp, gelu_new, gelu or tanh is undecided") {
  constexpr long double margin = 0x1p-20L;
  CHECK(closest_to_half(real::exp_negative, 0, (1 << 20) - 1) > margin);
  CHECK(closest_to_half(real::gelu_new, working_min, working_max) > margin);
  CHECK(closest_to_half(real::gelu, working_min, working_max) > margin);
  CHECK(closest_to_half(real::tanh, working_min, working_max) > margin);
}

// The result of ln changes from k to k + 1 where sum = 2^31 * e^((k + 1/2) / 2^16), at most 2^37: known to
// 2^-26. No boundary lies closer than 2^-22 to an integer, so every integer sum is on a known side.
TEST_CASE("functions: no sum of up to 64 exponentials leaves ln undecided") {
  long double closest = 1;
  const std::int64_t largest = ln_of_count(classes_max);
  for (std::int64_t k = 0; k < largest; ++k) {
    const long double boundary = 0x1p31L * std::exp((static_cast<long double>(k) + 0.5L) / 0x1p16L);
    closest = std::min(closest, std::fabs(boundary - std::round(boundary)));
    const auto below = static_cast<std::int64_t>(std::floor(boundary));
    if (ln_of_sum(below) != k || ln_of_sum(below + 1) != k + 1) {
      CAPTURE(k);
      FAIL("ln changes on the wrong side of the boundary");
    }
  }
  CHECK(closest > 0x1p-22L);
}
