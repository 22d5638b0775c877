// SPDX-License-Identifier: Apache-2.0
// Every input of the special functions against golden, which computes each from its definition.
#include "ip/numerics/functions.hpp"

#include <random>

#include "golden/adaptivfloat.hpp"
#include "golden/fixed_point.hpp"
#include "golden/functions.hpp"
#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "tests/test.hpp"

using namespace edgebert;

TEST_CASE("exp equals golden for every difference of two Q8.12 numbers") {
  std::uint64_t differing = 0;
  for (std::int32_t d = 0; d < 1 << 20; ++d) {
    differing += numerics::exp_negative(static_cast<std::uint32_t>(d)) !=
                 static_cast<std::uint64_t>(golden::exp_negative(d));
    if (d > 100'000) d += 997;  // all zero from 91,000 on
  }
  CHECK(differing == 0);
  CHECK(numerics::exp_negative(0) == 0x80000000u);
}

TEST_CASE("activations equal golden for every Q8.12 number") {
  for (const Activation activation :
       {Activation::none, Activation::relu, Activation::gelu_new, Activation::gelu, Activation::tanh}) {
    std::uint64_t differing = 0;
    for (std::int32_t v = working_min; v <= working_max; ++v) {
      differing += numerics::activate(activation, v) != golden::activate(activation, v);
    }
    CHECK(differing == 0);
  }
}

TEST_CASE("1 / sqrt equals golden over the whole range") {
  std::mt19937_64 random(2);
  const auto same = [](std::uint64_t x) {
    const auto ours = numerics::inverse_root(x);
    const auto theirs = golden::reciprocal_root(static_cast<std::int64_t>(x));
    return ours.mantissa == theirs.mantissa && ours.exponent == theirs.exponent;
  };
  for (std::uint64_t x = 1; x < 100'000; ++x) REQUIRE(same(x));
  for (int i = 0; i < 200'000; ++i) REQUIRE(same((random() >> (24 + random() % 36)) + 1));
  for (int e = 0; e < 40; ++e) {
    for (const std::int64_t around : {-1, 0, 1}) {
      const auto x = static_cast<std::int64_t>(std::uint64_t{1} << e) + around;
      if (x > 0) REQUIRE(same(static_cast<std::uint64_t>(x)));
    }
  }
}

TEST_CASE("ln equals golden") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t sum = (std::uint64_t{1} << 31) + (random() >> (27 + random() % 20));
    REQUIRE(numerics::ln_of_sum(sum) == golden::ln_of_sum(static_cast<std::int64_t>(sum)));
  }
}

TEST_CASE("rounding: halves go away from zero") {
  CHECK(numerics::round_shift(5, 1) == 3);
  CHECK(numerics::round_shift(-5, 1) == -3);
  CHECK(numerics::round_shift(-6, 2) == -2);
  CHECK(numerics::round_shift(6, 2) == 2);
  CHECK(numerics::round_shift(-3, -2) == -12);
  CHECK(numerics::round_divide(7, 2) == 4);
  CHECK(numerics::round_divide(-7, 2) == -4);
  CHECK(numerics::round_divide(-8, 3) == -3);
  std::mt19937_64 random(4);
  for (int i = 0; i < 100'000; ++i) {
    const auto x = static_cast<std::int64_t>(random() >> random() % 60) * (random() % 2 == 0 ? 1 : -1) / 4;
    const int shift = static_cast<int>(random() % 40) + 1;
    REQUIRE(numerics::round_shift(x, shift) == golden::rnd(x, shift));
    const auto b = static_cast<std::int64_t>(random() >> (1 + random() % 62)) + 1;
    REQUIRE(numerics::round_divide(x, b) == golden::rdiv(x, b));
  }
}

TEST_CASE(
    "AdaptivFloat: decode and encode equal golden for every code, and for every Q8.12 number at every bias") {
  for (std::uint32_t bias = 0; bias <= exponent_bias_max; ++bias) {
    for (int code = 0; code < 256; ++code) {
      const auto c = static_cast<std::uint8_t>(code);
      REQUIRE(numerics::to_working(c, bias) == golden::q12(c, bias));
    }
    golden::Saturations saturations;
    std::uint64_t saturated = 0;
    std::uint64_t differing = 0;
    for (std::int32_t v = working_min; v <= working_max; ++v) {
      const auto ours = numerics::encode(v, working_fraction_bits, bias);
      differing += ours.code != golden::encode(static_cast<double>(v) / 4096, bias, saturations);
      saturated += ours.saturated;
    }
    CHECK(differing == 0);
    CHECK(saturated == saturations.adaptivfloat);
  }
}
