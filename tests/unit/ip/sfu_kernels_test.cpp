// SPDX-License-Identifier: Apache-2.0
// Softmax, layernorm and entropy kernels against golden.
#include "golden/entropy.hpp"
#include "golden/layernorm.hpp"
#include "golden/softmax.hpp"
#include "ip/sfu/early_exit_kernel.hpp"
#include "ip/sfu/layernorm_kernel.hpp"
#include "ip/sfu/softmax_kernel.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/each_target.hpp"
#include "tests/unit/ip/random_codes.hpp"

using namespace edgebert;

namespace {

/// A ramp of AF8(3) mask codes: full up to `full`, then some values below 1, then zero.
std::vector<std::uint8_t> mask_ramp(std::size_t length, std::size_t full) {
  std::vector<std::uint8_t> mask(length, 0);
  const std::uint8_t falling[] = {0x6c, 0x63, 0x56, 0x35, 0x01};
  for (std::size_t t = 0; t < length; ++t) {
    if (t < full) mask[t] = 0x70;  // 1.0 at bias 3
    if (t >= full && t - full < 5) mask[t] = falling[t - full];
  }
  return mask;
}

void compare_rows(SpanForm form, SpanIndex index, std::int32_t spread, unsigned seed) {
  test::Random random(seed);
  for (int i = 0; i < 200; ++i) {
    const auto keys = 1 + static_cast<std::uint32_t>(random() % 128);
    const auto row = static_cast<std::uint32_t>(random() % 128);
    const auto scores = test::random_working(random, keys, spread);
    const auto mask = mask_ramp(64, random() % 12);
    std::vector<std::uint8_t> weights(keys);
    softmax::RowStatistics statistics;
    const std::uint32_t scale =
        softmax::softmax_row(scores, {form, index, mask}, {row, 0, keys}, weights, statistics);
    golden::Saturations saturations;
    const auto expected = golden::softmax(scores, row, {form, index, mask}, saturations);
    REQUIRE(std::vector<std::int32_t>(weights.begin(), weights.end()) == expected.codes);
    REQUIRE(scale == expected.row_scale);
    REQUIRE(statistics.weights_at_maximum == saturations.adaptivfloat);
  }
}

}  // namespace

TEST_CASE("softmax equals golden without spans, in both span forms, by distance and by position") {
  for (const std::int32_t spread : {10, 4096, 12 * 4096, 90 * 4096}) {
    test::on_each_target([&] {
      compare_rows(SpanForm::none, SpanIndex::distance, spread, 9);
      compare_rows(SpanForm::all_keys, SpanIndex::distance, spread, 10);
      compare_rows(SpanForm::in_span, SpanIndex::distance, spread, 11);
      compare_rows(SpanForm::all_keys, SpanIndex::position, spread, 12);
      compare_rows(SpanForm::in_span, SpanIndex::position, spread, 13);
    });
  }
}

TEST_CASE("softmax: PAD columns get the zero code and change nothing") {
  test::Random random(14);
  const auto scores = test::random_working(random, 64, 20'000);
  std::vector<std::uint8_t> all(64);
  std::vector<std::uint8_t> valid(20);
  softmax::RowStatistics statistics;
  const auto with_padding = softmax::softmax_row(scores, {}, {0, 0, 20}, all, statistics);
  const auto without = softmax::softmax_row(std::span(scores).first(20), {}, {0, 0, 20}, valid, statistics);
  CHECK(with_padding == without);
  CHECK(std::equal(valid.begin(), valid.end(), all.begin()));
  CHECK(std::count(all.begin() + 20, all.end(), 0) == 44);
}

TEST_CASE("softmax in span: leaving unreachable keys out changes nothing") {
  test::Random random(15);
  const auto scores = test::random_working(random, 128, 20'000);
  const auto mask = mask_ramp(64, 6);  // reaches 11 tokens
  const softmax::Span span{SpanForm::in_span, SpanIndex::distance, mask};
  std::vector<std::uint8_t> all(128);
  std::vector<std::uint8_t> window(23);
  softmax::RowStatistics statistics;
  const auto whole = softmax::softmax_row(scores, span, {50, 0, 128}, all, statistics);
  const auto part =
      softmax::softmax_row(std::span(scores).subspan(39, 23), span, {50, 39, 128}, window, statistics);
  CHECK(whole == part);
  CHECK(std::equal(window.begin(), window.end(), all.begin() + 39));
}

TEST_CASE("softmax: a row without reachable keys has zero codes and scale 0") {
  const std::vector<std::int32_t> scores(8, 100);
  const std::vector<std::uint8_t> mask = {0x70, 0, 0};
  std::vector<std::uint8_t> weights(8, 0x55);
  softmax::RowStatistics statistics;
  CHECK(softmax::softmax_row(scores, {SpanForm::in_span, SpanIndex::distance, mask}, {40, 0, 8}, weights,
                             statistics) == 0);
  CHECK(weights == std::vector<std::uint8_t>(8, 0));
}

TEST_CASE("layernorm equals golden, from constant rows to saturating ones") {
  test::Random random(16);
  for (const std::int32_t spread : {0, 1, 3, 100, 5'000, 60'000, 500'000}) {
    for (const std::size_t features : {1u, 2u, 5u, 128u, 192u, 768u, 4096u}) {
      auto x = test::random_working(random, features, spread);
      if (spread < 5'000)
        std::replace_if(
            x.begin(), x.end(), [&](std::int32_t v) { return std::abs(v) > spread; }, 0);
      const auto gamma = test::random_codes(random, features);
      const auto beta = test::random_codes(random, features);
      const std::uint32_t epsilon = random() % 2 == 0 ? 0 : 168;
      golden::Saturations saturations;
      const auto expected = golden::layernorm({x, golden::wide}, std::nullopt,
                                              {.gamma = gamma,
                                               .gamma_bias = 4,
                                               .beta = beta,
                                               .beta_bias = 2,
                                               .epsilon = epsilon,
                                               .output = golden::adaptivfloat(4)},
                                              saturations);
      test::on_each_target([&] {
        std::vector<std::uint8_t> codes(features);
        layernorm::RowStatistics statistics;
        layernorm::normalise_row(x, {gamma, 4, beta, 2, epsilon, 4}, codes, statistics);
        REQUIRE(std::vector<std::int32_t>(codes.begin(), codes.end()) == expected);
        REQUIRE(statistics.working_saturations == saturations.working);
        REQUIRE(statistics.code_saturations == saturations.adaptivfloat);
      });
    }
  }
}

TEST_CASE("entropy equals golden for 2 to 64 classes") {
  test::Random random(17);
  for (std::size_t classes = 2; classes <= 64; ++classes) {
    for (const std::int32_t spread : {0, 100, 4096, 40'000, 500'000}) {
      const auto logits = test::random_working(random, classes, spread);
      REQUIRE(early_exit::entropy_of(logits) == golden::entropy(logits));
    }
  }
}

TEST_CASE("entropy of two equal logits is ln 2") {
  // nearest(2^16 * 0.693147...) = 45426
  CHECK(early_exit::entropy_of(std::vector<std::int32_t>{700, 700}) == 45426);
}
