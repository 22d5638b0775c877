// SPDX-License-Identifier: Apache-2.0
// AdaptivFloat of any width, three ways: model's arithmetic, golden's search of the list of values, and here,
// for small widths, every interval between two values by the definition; <8,3> against the hardware's codec
// too.
#include "model/adaptivfloat_format.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "golden/adaptivfloat_study.hpp"
#include "ip/numerics/adaptivfloat.hpp"
#include "model/quantise.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using model::AdaptivFloatFormat;
using model::BiasRule;

namespace {

golden::StudyCodec codec_of(const AdaptivFloatFormat& format) {
  return golden::StudyCodec(
      {format.exponent_bits, format.width - 1 - format.exponent_bits, format.offset_min, format.offset_max});
}

std::vector<AdaptivFloatFormat> formats() {
  std::vector<AdaptivFloatFormat> all;
  for (unsigned width = 4; width <= 16; ++width) {
    for (unsigned exponent = 1; exponent <= 5 && exponent < width; ++exponent)
      all.push_back(model::adaptivfloat_format(width, exponent));
  }
  return all;
}

/// The value nearest to a magnitude, each candidate tried: ties go to the larger.
double brute_force(const AdaptivFloatFormat& format, int offset, double magnitude) {
  double best = 0;
  for (int e = 0; e <= format.exponent_max(); ++e) {
    for (unsigned m = 0; m < 1u << format.mantissa_bits(); ++m) {
      if (e == 0 && m == 0) continue;
      const double value = std::pow(2.0, e + offset) * (1 + m / std::pow(2.0, format.mantissa_bits()));
      if (std::abs(value - magnitude) <= std::abs(best - magnitude) && value > best) best = value;
    }
  }
  return best;
}

}  // namespace

TEST_CASE("adaptivfloat format: cases by hand") {
  const auto f42 =
      model::adaptivfloat_format(4, 2);  // one mantissa bit: 0, 1.5, 2, 3, 4, 6, 8, 12 times 2^offset
  const auto at = [&](double x) { return model::round_to(f42, 0, x).value; };
  CHECK(at(0.74) == 0);
  CHECK(at(0.75) == 1.5);  // half the smallest
  CHECK(at(-1.0) == -1.5);
  CHECK(at(1.75) == 2);  // a tie
  CHECK(at(2.49) == 2);
  CHECK(at(2.5) == 3);
  CHECK(at(-7.0) == -8);
  CHECK(at(12.0) == 12);
  CHECK_FALSE(model::round_to(f42, 0, 13.9).saturated);
  CHECK(model::round_to(f42, 0, 14.0).saturated);
  CHECK(at(14.0) == 12);
  CHECK(model::round_to(f42, -3, 0.1875).value == 0.1875);  // 1.5 / 8
  const auto f43 = model::adaptivfloat_format(4, 3);        // no mantissa: 0, 2, 4 ... 128
  CHECK(model::round_to(f43, 0, 1.0).value == 2);
  CHECK(model::round_to(f43, 0, 0.99).value == 0);
  CHECK(model::round_to(f43, 0, 3.0).value == 4);
  CHECK(model::round_to(f43, 0, 191.0).value == 128);
  CHECK_FALSE(model::round_to(f43, 0, 191.0).saturated);
  CHECK(model::round_to(f43, 0, 192.0).saturated);
}

TEST_CASE("adaptivfloat format: the offset of the largest magnitude") {
  const auto f42 = model::adaptivfloat_format(4, 2);
  CHECK(model::offset_for(f42, 12.0) == 0);
  CHECK(model::offset_for(f42, 13.9) == 0);  // rounds to 12
  CHECK(model::offset_for(f42, 14.0) == 1);  // would round to 16
  CHECK(model::offset_for(f42, 1.0) == -3);  // 1 = 8 / 8
  // DAC 2020: exponent_bias = floor(log2(max)) - (2^E - 1)
  CHECK(model::offset_for(model::adaptivfloat_format(8, 4), 0.7) == -1 - 15);
  CHECK(model::offset_for(model::hardware_format, 31.49) == -3);
  CHECK(model::offset_for(model::hardware_format, 1e9) == -3);
  CHECK(model::offset_for(model::hardware_format, 1e-9) == -10);
}

TEST_CASE("adaptivfloat format: <8,3> is the hardware's codec, value and saturation, at every offset") {
  std::uint64_t state = 88172645463325252u;  // xorshift64
  for (int i = 0; i < 100000; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const double x = std::ldexp(static_cast<double>(static_cast<std::int64_t>(state)), -80 + i % 24);
    const auto bias = static_cast<std::uint32_t>(state % 8);
    const numerics::Encoded code = numerics::encode(x, bias);
    const model::RoundedValue rounded =
        model::round_to(model::hardware_format, static_cast<int>(bias) + model::hardware_offset, x);
    if (rounded.value != numerics::decode(code.code, bias) || rounded.saturated != code.saturated)
      FAIL(fmt::format("{} at bias {}", x, bias));
  }
  for (const double magnitude : {0.0, 1e-3, 0.24, 0.2461, 0.5, 1.0, 7.8, 7.9, 31.4, 31.5, 100.0}) {
    CHECK(model::exponent_bias_for(magnitude) ==
          static_cast<std::uint32_t>(model::offset_for(model::hardware_format, magnitude) + 10));
  }
}

TEST_CASE(
    "adaptivfloat format: small widths against every value tried, and golden against model at all widths") {
  std::size_t compared = 0;
  for (const AdaptivFloatFormat& format : formats()) {
    const golden::StudyCodec codec = codec_of(format);
    for (const int offset : {-9, -4}) {
      const double top = std::ldexp(2.0, format.exponent_max() + offset);
      for (int i = 0; i <= 400; ++i) {
        // Up to above the largest; squared, so that the small binades have their share.
        const double x = top * 1.2 * (i / 400.0) * (i / 400.0);
        const double ours = model::round_to(format, offset, x).value;
        if (codec.nearest(x, offset) != ours || codec.nearest(-x, offset) != -ours)
          FAIL(fmt::format("<{},{}> offset {}: {}", format.width, format.exponent_bits, offset, x));
        if (format.width <= 8) REQUIRE(ours == brute_force(format, offset, x));
        ++compared;
      }
    }
  }
  CHECK(compared == formats().size() * 2 * 401);
}

TEST_CASE("adaptivfloat format: ties and the ends of every neighbourhood of 4 to 8 bits") {
  for (const AdaptivFloatFormat& format : formats()) {
    if (format.width > 8) continue;
    const golden::StudyCodec codec = codec_of(format);
    const int offset = -6;
    double below = 0;
    for (unsigned code = 1; code < 1u << (format.width - 1); ++code) {
      const unsigned mantissas = 1u << format.mantissa_bits();
      const double value = std::ldexp(1.0 + static_cast<double>(code % mantissas) / mantissas,
                                      static_cast<int>(code / mantissas) + offset);
      const double tie = (below + value) / 2;
      for (const auto& [x, expected] : {std::pair(tie, value),
                                        {std::nextafter(tie, 0.0), below},
                                        {value, value},
                                        {std::nextafter(tie, 1e9), value}}) {
        REQUIRE(model::round_to(format, offset, x).value == expected);
        REQUIRE(codec.nearest(x, offset) == expected);
      }
      below = value;
    }
  }
}

TEST_CASE("adaptivfloat format: both rules choose in model as in golden") {
  std::uint32_t state = 7;
  for (const AdaptivFloatFormat& format : formats()) {
    if (format.exponent_bits > 4) continue;
    const golden::StudyCodec codec = codec_of(format);
    for (const double spread : {0.02, 1.0}) {
      std::vector<float> values;
      for (int i = 0; i < 300; ++i) {
        float sum = 0;
        for (int k = 0; k < 4; ++k) {
          state = state * 1664525u + 1013904223u;
          sum += static_cast<float>(static_cast<std::int32_t>(state)) / 2147483648.0f;
        }
        values.push_back(static_cast<float>(spread) * sum * sum * sum);
      }
      INFO(format.width << "," << format.exponent_bits << " " << spread);
      CHECK(model::offset_for(format, BiasRule::largest, values) ==
            codec.offset_of(golden::OffsetRule::largest, values));
      CHECK(model::offset_for(format, BiasRule::least_error, values) ==
            codec.offset_of(golden::OffsetRule::least_error, values));
      const int chosen = model::offset_for(format, BiasRule::least_error, values);
      const double least = model::rounding_error(format, chosen, values).error;
      for (int offset = std::max(format.offset_min, chosen - 20);
           offset <= std::min(format.offset_max, chosen + 20); ++offset)
        CHECK(model::rounding_error(format, offset, values).error >= least);
    }
  }
}

TEST_CASE("adaptivfloat format: errors, zeros and saturation of a tensor, by hand") {
  // <4,2> at offset 0: 0, 1.5, 2, 3, 4, 6, 8, 12
  const std::vector<float> values{0.0f, 0.5f, -1.0f, 2.0f, 20.0f};
  const auto error = model::rounding_error(model::adaptivfloat_format(4, 2), 0, values);
  CHECK(error.elements == 5);
  CHECK(error.zeros_before == 1);
  CHECK(error.zeros_after == 2);
  CHECK(error.saturated == 1);
  CHECK(error.signal == 0.25 + 1 + 4 + 400);
  CHECK(error.error == 0.25 + 0.25 + 0 + 64);
  CHECK(error.relative_rms() == Approx(std::sqrt(64.5 / 405.25)));
  CHECK(error.sqnr() == Approx(10 * std::log10(405.25 / 64.5)));
  CHECK(model::rounding_error(model::hardware_format, -3, std::vector<float>{1.0f}).sqnr() ==
        std::numeric_limits<double>::infinity());
}

TEST_CASE("adaptivfloat format: widths that do not exist are refused") {
  for (const auto& [width, exponent] : {std::pair(3u, 2u), {17u, 3u}, {8u, 0u}, {8u, 6u}, {4u, 4u}}) {
    CHECK(test::error_of([&] { model::adaptivfloat_format(width, exponent); }).find("4 to 16 bits") !=
          std::string::npos);
  }
  CHECK(model::adaptivfloat_format(8, 3) == model::hardware_format);
}
