// SPDX-License-Identifier: Apache-2.0
// The codec against the published model's values and against a nearest-value search that knows nothing of
// exponents: docs/numerics.md section 2 amounts to the nearest code, ties to the larger magnitude.
#include "ip/numerics/adaptivfloat.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using numerics::AdaptivFloatCode;
using numerics::Encoded;

namespace {

/// Magnitudes of codes 0x00 ... 0x7f by their definition; ascending.
std::vector<double> magnitudes(std::uint32_t bias) {
  std::vector<double> values{0.0};
  for (int code = 1; code < 128; ++code) {
    values.push_back(std::pow(2.0, (code >> 4) + static_cast<int>(bias) - 10) * (1 + (code & 15) / 16.0));
  }
  return values;
}

/// The nearest code by search, ties to the larger magnitude.
Encoded nearest(double x, const std::vector<double>& values) {
  const double magnitude = std::abs(x);
  std::size_t best = 0;
  while (best + 1 < values.size() && magnitude >= (values[best] + values[best + 1]) / 2) ++best;
  const double step = values[127] - values[126];
  const bool saturated = magnitude >= values[127] + step / 2;
  const bool negative = x < 0 && best != 0;
  return {static_cast<AdaptivFloatCode>(best | (negative ? 0x80 : 0)), saturated};
}

bool same(const Encoded& a, const Encoded& b) {
  return a.code == b.code && a.saturated == b.saturated;
}

}  // namespace

TEST_CASE("adaptivfloat: every code and bias has the published value") {
  // tests/data/adaptivfloat_values.txt: one line a bias, 256 values, read off the published SystemC model
  // (AdpfloatType<8,3>, 9 significant digits).
  std::ifstream file(test::source_dir / "tests/data/adaptivfloat_values.txt");
  int compared = 0;
  for (std::uint32_t bias = 0; bias < 8; ++bias) {
    for (int code = 0; code < 256; ++code) {
      std::string published;
      REQUIRE(file >> published);
      const double value = numerics::decode(static_cast<AdaptivFloatCode>(code), bias);
      const std::string text = value == 0 ? "0" : fmt::format("{:.9g}", value);
      if (text != published) FAIL(fmt::format("bias {} code {}: {} is not {}", bias, code, text, published));
      ++compared;
    }
  }
  CHECK(compared == 2048);
}

TEST_CASE("adaptivfloat: significands are value over 2^(bias - 14), Q8.12 is rounded away from zero") {
  for (int code = 0; code < 256; ++code) {
    const auto c = static_cast<AdaptivFloatCode>(code);
    CHECK(std::abs(numerics::significand(c)) <= 3968);
    for (std::uint32_t bias = 0; bias < 8; ++bias) {
      const double value = numerics::decode(c, bias);
      REQUIRE(value == std::ldexp(numerics::significand(c), static_cast<int>(bias) - 14));
      REQUIRE(numerics::to_working(c, bias) ==
              std::round(value * 4096));  // std::round: halves away from zero
    }
  }
}

TEST_CASE("adaptivfloat: every Q8.12 value encodes to the nearest code") {
  for (std::uint32_t bias = 0; bias < 8; ++bias) {
    const auto values = magnitudes(bias);
    std::size_t best = 0;
    std::size_t differences = 0;
    const double saturates = values[127] + (values[127] - values[126]) / 2;
    for (std::int32_t v = 0; v <= -working_min; ++v) {
      const double x = v / 4096.0;
      while (best < 127 && x >= (values[best] + values[best + 1]) / 2) ++best;
      const auto code = static_cast<AdaptivFloatCode>(best);
      const auto negative = static_cast<AdaptivFloatCode>(best == 0 ? 0 : best | 0x80);
      differences += !same(numerics::encode(v, 12, bias), {code, x >= saturates});
      differences += !same(numerics::encode(-v, 12, bias), {negative, x >= saturates});
    }
    CHECK(differences == 0);
  }
}

TEST_CASE(
    "adaptivfloat: ties, their neighbours and the ends encode as the nearest code, as float and as integer") {
  for (std::uint32_t bias = 0; bias < 8; ++bias) {
    const auto values = magnitudes(bias);
    std::vector<double> probes{0.0, 1e-300, 1e300, values[127] * 1.5};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double next = i + 1 < values.size() ? values[i + 1] : values[i] + (values[i] - values[i - 1]);
      for (const double x : {values[i], (values[i] + next) / 2}) {
        probes.insert(probes.end(), {x, std::nextafter(x, 0.0), std::nextafter(x, 1e9)});
      }
    }
    for (const double magnitude : probes) {
      for (const double x : {magnitude, -magnitude}) {
        const Encoded expected = nearest(x, values);
        const Encoded found = numerics::encode(x, bias);
        if (!same(found, expected))
          FAIL(fmt::format("bias {} x {}: {:#x}, not {:#x}", bias, x, found.code, expected.code));
        constexpr int fraction_bits = 40;
        const double scaled = std::ldexp(x, fraction_bits);
        if (std::abs(scaled) < 9e18 && scaled == std::floor(scaled)) {
          REQUIRE(same(numerics::encode(static_cast<std::int64_t>(scaled), fraction_bits, bias), expected));
        }
      }
    }
  }
}

TEST_CASE("adaptivfloat: 64-bit integers with any number of fraction bits encode as the nearest code") {
  std::uint64_t state = 88172645463325252u;  // xorshift64
  for (int i = 0; i < 200000; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const std::uint32_t bias = state % 8;
    const int width = 11 + static_cast<int>((state >> 8) % 52);  // at most 53 bits stay: a double holds them
    const auto value = static_cast<std::int64_t>(state) >> width;
    const int fraction_bits = 66 - width - static_cast<int>(state >> 16 & 15);
    const double x = std::ldexp(static_cast<double>(value), -fraction_bits);
    if (!same(numerics::encode(value, fraction_bits, bias), nearest(x, magnitudes(bias)))) {
      FAIL(fmt::format("value {} fraction bits {} bias {}", value, fraction_bits, bias));
    }
  }
}

TEST_CASE("adaptivfloat: the ends of the format") {
  CHECK(numerics::encode(std::numeric_limits<std::int64_t>::min(), 0, 7).code == 0xff);
  CHECK(numerics::encode(std::numeric_limits<std::int64_t>::min(), 62, 4).code ==
        0xf0);  // -2.0 = -2^(7 + 4 - 10)
  CHECK(numerics::encode(std::numeric_limits<double>::infinity(), 7).saturated);
  CHECK(numerics::encode(-std::numeric_limits<double>::infinity(), 7).code == 0xff);
  CHECK(numerics::encode(31.0, 7).saturated == false);
  CHECK(numerics::encode(31.49, 7).saturated == false);
  CHECK(numerics::encode(31.5, 7).saturated);
  // half the smallest magnitude, 17 * 2^-15 at bias 0, is where zero ends
  CHECK(numerics::encode(17, 15, 0).code == 0x01);
  CHECK(numerics::encode(-17, 15, 0).code == 0x81);
  CHECK(numerics::encode(-((17 << 10) - 1), 25, 0).code == 0x00);
}
