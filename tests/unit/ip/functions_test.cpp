// SPDX-License-Identifier: Apache-2.0
// Every input of the special functions against golden, which computes each from its definition.
#include "ip/numerics/functions.hpp"

#include <numeric>
#include <random>

#include "golden/adaptivfloat.hpp"
#include "golden/fixed_point.hpp"
#include "golden/functions.hpp"
#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/each_target.hpp"

using namespace edgebert;

namespace {

std::vector<std::int32_t> all_working() {
  std::vector<std::int32_t> values(1 << 20);
  std::iota(values.begin(), values.end(), working_min);
  return values;
}

template <typename Value>
std::size_t mismatches(const std::vector<Value>& a, const std::vector<Value>& b) {
  REQUIRE(a.size() == b.size());
  std::size_t differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differing += a[i] != b[i];
  return differing;
}

}  // namespace

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

TEST_CASE("activations equal golden for every Q8.12 number, on every instruction set") {
  for (const Activation activation :
       {Activation::none, Activation::relu, Activation::gelu_new, Activation::gelu, Activation::tanh}) {
    std::vector<std::int32_t> expected;
    for (const std::int32_t v : all_working()) expected.push_back(golden::activate(activation, v));
    test::on_each_target([&] {
      auto values = all_working();
      numerics::activate(activation, values);
      CHECK(mismatches(values, expected) == 0);
    });
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

TEST_CASE("arrays: every Q8.12 number encodes as it does alone, at every bias, on every instruction set") {
  const auto values = all_working();
  for (std::uint32_t bias = 0; bias <= exponent_bias_max; ++bias) {
    std::vector<std::uint8_t> expected;
    std::uint64_t saturations = 0;
    for (const std::int32_t v : values) {
      const auto encoded = numerics::encode(std::int64_t{v}, working_fraction_bits, bias);
      expected.push_back(encoded.code);
      saturations += encoded.saturated;
    }
    test::on_each_target([&] {
      std::vector<std::uint8_t> codes(values.size());
      CHECK(numerics::encode_working(values, bias, codes) == saturations);
      CHECK(mismatches(codes, expected) == 0);
    });
  }
}

TEST_CASE("arrays: numbers of 24 bits encode as they do alone, whatever their fraction bits") {
  std::mt19937 random(18);
  std::vector<std::int32_t> values;
  for (int i = 0; i < 5000; ++i) {
    const auto magnitude = static_cast<std::int32_t>((random() & 0xffffff) >> random() % 24);
    values.push_back(random() % 2 == 0 ? magnitude : -magnitude);
  }
  for (int fraction_bits = 3; fraction_bits <= 24; ++fraction_bits) {
    for (std::uint32_t bias = 0; bias <= exponent_bias_max; ++bias) {
      std::vector<std::uint8_t> expected;
      for (const std::int32_t v : values)
        expected.push_back(numerics::encode(std::int64_t{v}, fraction_bits, bias).code);
      std::vector<std::uint8_t> codes(values.size());
      numerics::encode(values, fraction_bits, bias, codes);
      CHECK(mismatches(codes, expected) == 0);
    }
  }
}

TEST_CASE("arrays: every code decodes as it does alone, at every bias, on every instruction set") {
  // Any length: what does not fill a vector is done too.
  for (const std::size_t count : {256u, 255u, 67u, 1u}) {
    std::vector<std::uint8_t> codes(count);
    std::iota(codes.begin(), codes.end(), std::uint8_t{0});
    test::on_each_target([&] {
      for (std::uint32_t bias = 0; bias <= exponent_bias_max; ++bias) {
        std::vector<std::int32_t> working(count);
        numerics::decode_working(codes, bias, working);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(working[i] == numerics::to_working(codes[i], bias));
      }
      std::vector<std::int16_t> significands(count);
      numerics::decode_significands(codes, significands);
      for (std::size_t i = 0; i < count; ++i) REQUIRE(significands[i] == numerics::significand(codes[i]));
    });
  }
}
