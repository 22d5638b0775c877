// SPDX-License-Identifier: Apache-2.0
#include "golden/adaptivfloat.hpp"

#include <cmath>
#include <random>

#include "tests/test.hpp"

using namespace edgebert::golden;

namespace {

// docs/numerics.md section 2 read backwards: the code whose value is nearest, of two equally near the larger
// magnitude, found by trying all of them. Valid between the smallest and the largest magnitude.
std::uint8_t nearest_code(double x, unsigned bias) {
  std::uint8_t best = 0x01;
  for (unsigned code = 0x01; code <= 0x7f; ++code) {
    const double distance = std::fabs(std::fabs(x) - decode(static_cast<std::uint8_t>(code), bias));
    const double best_distance = std::fabs(std::fabs(x) - decode(best, bias));
    if (distance <= best_distance) best = static_cast<std::uint8_t>(code);
  }
  return x < 0 ? best | 0x80 : best;
}

}  // namespace

TEST_CASE("AdaptivFloat: significands by hand") {
  CHECK(significand_of(0x00) == 0);
  CHECK(significand_of(0x80) == 0);
  CHECK(significand_of(0x01) == 17);
  CHECK(significand_of(0x81) == -17);
  CHECK(significand_of(0x0f) == 31);
  CHECK(significand_of(0x10) == 32);
  CHECK(significand_of(0x7f) == 3968);
  CHECK(significand_of(0xff) == -3968);
}

TEST_CASE("AdaptivFloat: values by hand") {
  CHECK(decode(0x7f, 2) == 0.96875);  // 31 * 2^-5
  CHECK(decode(0x70, 3) == 1.0);
  CHECK(decode(0x01, 0) == 17.0 / 16384);
  CHECK(decode(0xff, 7) == -31.0);
}

TEST_CASE("AdaptivFloat: to Q8.12") {
  CHECK(q12(0x70, 3) == 4096);
  CHECK(q12(0x01, 0) == 4);       // 17 / 4 = 4.25
  CHECK(q12(0x02, 0) == 5);       // 18 / 4 = 4.5, half away from zero
  CHECK(q12(0x82, 0) == -5);      // -4.5
  CHECK(q12(0x01, 1) == 9);       // 34 / 4 = 8.5
  CHECK(q12(0x7f, 7) == 126976);  // 31.0
}

TEST_CASE("AdaptivFloat: every code encodes to itself") {
  for (unsigned bias = 0; bias < 8; ++bias) {
    for (unsigned code = 0; code < 256; ++code) {
      Saturations saturations;
      const auto c = static_cast<std::uint8_t>(code);
      const std::uint8_t expected = c == 0x80 ? 0x00 : c;
      REQUIRE(encode(decode(c, bias), bias, saturations) == expected);
      REQUIRE(saturations.adaptivfloat == 0);
    }
  }
}

TEST_CASE("AdaptivFloat: encode finds the nearest code") {
  std::mt19937 random(1);
  for (unsigned bias = 0; bias < 8; ++bias) {
    const double smallest = std::ldexp(17.0, static_cast<int>(bias) - 14);
    const double largest = std::ldexp(31.0, static_cast<int>(bias) - 7);
    std::uniform_real_distribution<double> exponent(std::log2(smallest), std::log2(largest));
    for (int i = 0; i < 2000; ++i) {
      const double x = (i % 2 == 0 ? 1 : -1) * std::exp2(exponent(random));
      Saturations saturations;
      CAPTURE(bias, x);
      REQUIRE(encode(x, bias, saturations) == nearest_code(x, bias));
    }
    for (unsigned code = 0x01; code < 0x7f; ++code) {  // exactly half way between two neighbours
      const auto lower = static_cast<std::uint8_t>(code);
      const double middle = (decode(lower, bias) + decode(lower + 1, bias)) / 2;
      Saturations saturations;
      REQUIRE(encode(middle, bias, saturations) == lower + 1);
      REQUIRE(encode(-middle, bias, saturations) == (0x80 | (lower + 1)));
      REQUIRE(encode(std::nextafter(middle, 0.0), bias, saturations) == lower);
    }
  }
}

TEST_CASE("AdaptivFloat: below the smallest magnitude the half-minimum rule decides") {
  for (unsigned bias = 0; bias < 8; ++bias) {
    const double smallest = std::ldexp(17.0, static_cast<int>(bias) - 14);
    Saturations saturations;
    CHECK(encode(smallest / 2, bias, saturations) == 0x01);
    CHECK(encode(-smallest / 2, bias, saturations) == 0x81);
    CHECK(encode(std::nextafter(smallest / 2, 0.0), bias, saturations) == 0x00);
    CHECK(encode(std::nextafter(-smallest / 2, 0.0), bias, saturations) == 0x00);
    CHECK(encode(std::nextafter(smallest, 0.0), bias, saturations) == 0x01);
    CHECK(encode(0.0, bias, saturations) == 0x00);
    CHECK(encode(-0.0, bias, saturations) == 0x00);
    CHECK(saturations.adaptivfloat == 0);
  }
}

TEST_CASE("AdaptivFloat: above the largest magnitude it saturates, keeping the sign, and counts") {
  for (unsigned bias = 0; bias < 8; ++bias) {
    const double limit = std::ldexp(31.5, static_cast<int>(bias) - 7);  // rounds to 32
    Saturations saturations;
    CHECK(encode(std::nextafter(limit, 0.0), bias, saturations) == 0x7f);
    CHECK(saturations.adaptivfloat == 0);
    CHECK(encode(limit, bias, saturations) == 0x7f);
    CHECK(encode(-limit, bias, saturations) == 0xff);
    CHECK(encode(1e6, bias, saturations) == 0x7f);
    CHECK(saturations.adaptivfloat == 3);
  }
}

TEST_CASE("AdaptivFloat: the bias of a tensor comes from its largest magnitude after rounding") {
  CHECK(bias_for(0.0) == 0);
  CHECK(bias_for(0.2421875) == 0);   // 31 * 2^-7, the largest of bias 0
  CHECK(bias_for(0.2460937) == 0);   // rounds down to it
  CHECK(bias_for(0.24609375) == 1);  // 31.5 * 2^-7 rounds up to 32
  CHECK(bias_for(1.0) == 3);         // bias 2 ends at 0.96875
  CHECK(bias_for(31.0) == 7);
  CHECK(bias_for(1000.0) == 7);
}
