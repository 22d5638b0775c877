// SPDX-License-Identifier: Apache-2.0
// Expected values are derived by hand from docs/numerics.md section 7; the last test holds the whole function
// against the textbook formula in double.
#include "golden/layernorm.hpp"

#include <cmath>
#include <random>

#include "golden/adaptivfloat.hpp"
#include "tests/test.hpp"

using namespace edgebert::golden;

namespace {

constexpr std::uint8_t one = 0x70;  // bias 3

std::vector<std::int32_t> plain(const std::vector<std::int32_t>& x, std::uint8_t gamma = one,
                                std::uint8_t beta = 0x00, std::uint32_t epsilon = 0) {
  const std::vector<std::uint8_t> gammas(x.size(), gamma);
  const std::vector<std::uint8_t> betas(x.size(), beta);
  Saturations saturations;
  return layernorm({x, wide}, std::nullopt, {gammas, 3, betas, 3, epsilon, wide}, saturations);
}

}  // namespace

TEST_CASE("layernorm: plus and minus one") {
  CHECK(plain({4096, -4096}) == std::vector<std::int32_t>{4096, -4096});
  CHECK(plain({8192, 0}) == std::vector<std::int32_t>{4096, -4096});
  CHECK(plain({4096, -4096}, 0x60, 0x78) == std::vector<std::int32_t>{2048 + 6144, -2048 + 6144});
}

TEST_CASE("layernorm: zero variance gives beta") {
  CHECK(plain({777, 777, 777}, one, 0x78) == std::vector<std::int32_t>{6144, 6144, 6144});
  // x = 1, 0, 0: mean 5/16, squares 121 and 25 of 2^-32 round to 0 of 2^-24
  CHECK(plain({1, 0, 0}, one, 0xe0) == std::vector<std::int32_t>{-2048, -2048, -2048});
}

TEST_CASE("layernorm: the smallest variance, step by step") {
  // x = 2, 0, 0: M = rdiv(32, 3) = 11; c = 21, -11, -11; S = rnd(441, 8) + 2 rnd(121, 8) = 2; V = rdiv(2, 3)
  // = 1; E = 0, R = 2^24; n = 21 * 2^8, -11 * 2^8
  CHECK(plain({2, 0, 0}) == std::vector<std::int32_t>{5376, -2816, -2816});
  // The same negated: rdiv and rnd are symmetric.
  CHECK(plain({-2, 0, 0}) == std::vector<std::int32_t>{-5376, 2816, 2816});
}

TEST_CASE("layernorm: epsilon joins the variance") {
  // V = 2^24 + 3 * 2^24 = 4 * 2^24: 1/sigma = 1/2
  CHECK(plain({4096, -4096}, one, 0x00, 3u << 24) == std::vector<std::int32_t>{2048, -2048});
}

TEST_CASE("layernorm: the sum saturates before the mean is taken") {
  const std::vector<std::int32_t> a{524287, 0};
  const std::vector<std::int32_t> b{524287, -524287};
  const std::vector<std::uint8_t> gamma(2, one);
  const std::vector<std::uint8_t> beta(2, 0x00);
  Saturations saturations;
  CHECK(layernorm({a, wide}, Operand{b, wide}, {gamma, 3, beta, 3, 0, wide}, saturations) ==
        std::vector<std::int32_t>{4096, -4096});
  CHECK(saturations.working == 1);
}

TEST_CASE("layernorm: a lone outlier of 4096 features") {
  std::vector<std::int32_t> x(4096, 0);
  x[17] = edgebert::working_max;
  const auto y = plain(x);
  // n = (N - 1) / sqrt(N - 1) = sqrt(4095) = 63.992: 262112 of Q8.12; the others -1 / sqrt(4095): -64
  CHECK(y[17] == 262112);
  CHECK(y[0] == -64);
}

TEST_CASE("layernorm: follows the textbook formula") {
  std::mt19937 random(2);
  std::normal_distribution<double> normal(0.3, 2.0);
  std::uniform_int_distribution<unsigned> code(0, 255);
  constexpr std::size_t features = 192;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<std::int32_t> a(features);
    std::vector<std::int32_t> b(features);
    std::vector<std::uint8_t> gamma(features);
    std::vector<std::uint8_t> beta(features);
    Saturations saturations;
    for (std::size_t j = 0; j < features; ++j) {
      a[j] = encode(normal(random), 5, saturations);
      b[j] = static_cast<std::int32_t>(std::lround(4096 * normal(random)));
      gamma[j] = static_cast<std::uint8_t>(code(random));
      beta[j] = static_cast<std::uint8_t>(code(random));
    }
    const auto y =
        layernorm({a, adaptivfloat(5)}, Operand{b, wide}, {gamma, 4, beta, 2, 0, wide}, saturations);

    std::vector<double> x(features);
    double mean = 0;
    for (std::size_t j = 0; j < features; ++j) {
      x[j] = decode(static_cast<std::uint8_t>(a[j]), 5) + b[j] / 4096.0;
      mean += x[j] / features;
    }
    double variance = 0;
    for (const double value : x) variance += (value - mean) * (value - mean) / features;
    for (std::size_t j = 0; j < features; ++j) {
      const double exact = (x[j] - mean) / std::sqrt(variance) * decode(gamma[j], 4) + decode(beta[j], 2);
      // gamma is below 4; n and y are each rounded to 2^-12, the mean to 2^-16.
      REQUIRE(std::fabs(y[j] / 4096.0 - exact) < 3.0 / 4096);
    }
  }
}
