// SPDX-License-Identifier: Apache-2.0
// Expected values are derived by hand from docs/numerics.md sections 5 and 8; exp(-20) * 2^31 = 4.43,
// exp(-1) * 2^31 = 790015084 (functions_test.cpp).
#include "golden/softmax.hpp"

#include <cmath>
#include <random>

#include "golden/adaptivfloat.hpp"
#include "golden/entropy.hpp"
#include "golden/fp32.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

using Scores = std::vector<std::int32_t>;
using Codes = std::vector<std::int32_t>;

SoftmaxRow run(const Scores& scores, std::uint32_t row, const SpanMask& mask) {
  Saturations saturations;
  return softmax(scores, row, mask, saturations);
}

// mu = 1, 0.5, 0 ...
const std::vector<std::uint8_t> short_span{0x70, 0x60, 0x00, 0x00};
const SpanMask all_keys{SpanForm::all_keys, SpanIndex::distance, short_span};
const SpanMask in_span{SpanForm::in_span, SpanIndex::distance, short_span};

}  // namespace

TEST_CASE("softmax: equal scores without spans") {
  const SoftmaxRow two = run({500, 500}, 0, {});
  CHECK(two.codes == Codes{0x70, 0x70});
  CHECK(two.row_scale == scale_one / 2);
  const SoftmaxRow three = run({-7, -7, -7}, 2, {});
  CHECK(three.codes == Codes{0x70, 0x70, 0x70});
  CHECK(three.row_scale == 349525);  // 2^20 / 3 = 349525.33
  CHECK(run({working_min}, 0, {}).row_scale == scale_one);
}

TEST_CASE("softmax: one unit of difference") {
  const SoftmaxRow row = run({4096, 0}, 0, {});
  // exp(-1) = 0.36788 = 23.54 * 2^-6 -> 24: E = -2, e = 5, m = 8
  CHECK(row.codes == Codes{0x70, 0x58});
  CHECK(row.row_scale == 766570);  // 2^20 / (1 + exp(-1)) = 766570.48
}

TEST_CASE("softmax: the mask weighs by distance") {
  const SoftmaxRow row = run({0, 0, 0, 0}, 1, all_keys);
  // w = 1/2, 1, 1/2, 0; D = 2^32 + rnd(10995 * 2^33, 40) = 2^32 + 86
  CHECK(row.codes == Codes{0x60, 0x70, 0x60, 0x00});
  CHECK(row.row_scale == scale_one / 2);
}

TEST_CASE("softmax: the mask weighs by position") {
  SpanMask mask = all_keys;
  mask.index = SpanIndex::position;
  CHECK(run({0, 0, 0, 0}, 3, mask).codes == Codes{0x70, 0x60, 0x00, 0x00});
}

TEST_CASE("softmax: keys beyond the mask's table count as out of span") {
  const std::vector<std::uint8_t> one_entry{0x70};
  const SpanMask mask{SpanForm::in_span, SpanIndex::distance, one_entry};
  const SoftmaxRow row = run({9000, 0, 9000}, 1, mask);
  CHECK(row.codes == Codes{0x00, 0x70, 0x00});
  CHECK(row.row_scale == scale_one);
}

TEST_CASE("softmax: all_keys takes the largest score from out of span and the epsilon silences the row") {
  // query 0; key 2, out of span, is 20 above: w = 4, e summed = 2^31 + 4; D = 4 + rnd(10995 * (2^31 + 4), 40)
  // = 25
  const SoftmaxRow row = run({0, -200000, 81920}, 0, all_keys);
  CHECK(row.codes == Codes{0x70, 0x00, 0x00});
  CHECK(row.row_scale == 167772);  // 2^20 * 4 / 25 = 167772.16
}

TEST_CASE("softmax: the epsilon is taken of the sum over all keys, to its last place") {
  // Own score 49900 / 4096 below 511 keys out of span: w = nearest(2^31 exp(-49900 / 4096)) = 10992 (decimal,
  // 50 digits); D = 10992 + rnd(10995 * (511 * 2^31 + 10992), 40) = 21966; z = 18, P = 10992 * 2^-13
  // = 1.3418; scale = rdiv(2^33, 21966). An epsilon of 10994 or 10996 moves the scale by 18.
  Scores scores(512, 49900);
  scores[0] = 0;
  const std::vector<std::uint8_t> own_only{0x70};
  const SoftmaxRow row = run(scores, 0, {SpanForm::all_keys, SpanIndex::distance, own_only});
  CHECK(row.codes[0] == 0x75);
  CHECK(row.row_scale == 391056);
}

TEST_CASE("softmax: in_span never sees keys out of span") {
  const SoftmaxRow row = run({0, -200000, 81920}, 0, in_span);
  CHECK(row.codes == Codes{0x70, 0x00, 0x00});
  CHECK(row.row_scale == scale_one);
}

TEST_CASE("softmax: nothing left gives a row of zeros") {
  // all_keys: the reachable weights vanish beside a score 32 above them
  const SoftmaxRow vanished = run({0, 0, 131072}, 0, all_keys);
  CHECK(vanished.codes == Codes{0x00, 0x00, 0x00});
  CHECK(vanished.row_scale == 0);
  // in_span: no key is reachable
  const std::vector<std::uint8_t> nothing{0x00, 0x00};
  const SoftmaxRow empty = run({5, 6}, 0, {SpanForm::in_span, SpanIndex::distance, nothing});
  CHECK(empty.codes == Codes{0x00, 0x00});
  CHECK(empty.row_scale == 0);
}

TEST_CASE("softmax: the largest weight is normalised") {
  // mu = 0.25 alone: w = 2^29, z = 2, P = 1, D = 2^29: the row still sums to 1
  const std::vector<std::uint8_t> quarter{0x50};
  const SoftmaxRow row = run({100}, 0, {SpanForm::in_span, SpanIndex::distance, quarter});
  CHECK(row.codes == Codes{0x70});
  CHECK(row.row_scale == scale_one);
}

TEST_CASE("softmax: a weight that rounds up to 2 saturates at 1.9375 and counts") {
  // mu = 0.96875 (31 * 2^-5) and a second key: w = 31 * 2^26 * exp(-d); d = 0 keeps 1.9375 exactly
  const std::vector<std::uint8_t> mask{0x6f};
  Saturations saturations;
  const SoftmaxRow exact = softmax(Scores{0}, 0, {SpanForm::in_span, SpanIndex::distance, mask}, saturations);
  CHECK(exact.codes == Codes{0x7f});
  CHECK(saturations.adaptivfloat == 0);
  // all_keys with an out-of-span score d = 2848 above: exp(-2848 / 4096) = 0.49895, so w * 2^z = 1.9958
  const std::vector<std::uint8_t> own_only{0x70};
  const SoftmaxRow rounded =
      softmax(Scores{0, 2848}, 0, {SpanForm::all_keys, SpanIndex::distance, own_only}, saturations);
  CHECK(rounded.codes == Codes{0x7f, 0x00});
  CHECK(saturations.adaptivfloat == 1);
}

TEST_CASE("softmax: follows the textbook formula") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 2);
  for (int trial = 0; trial < 100; ++trial) {
    Scores scores(30);
    double sum = 0;
    for (auto& score : scores) {
      score = static_cast<std::int32_t>(std::lround(4096 * normal(random)));
      sum += std::exp(score / 4096.0);
    }
    const SoftmaxRow row = run(scores, 0, {});
    for (std::size_t j = 0; j < scores.size(); ++j) {
      const double probability = std::exp(scores[j] / 4096.0) / sum;
      const double ours =
          decode(static_cast<std::uint8_t>(row.codes[j]), probability_bias) * row.row_scale / scale_one;
      // A code is within 1/32 of its value, or within half the smallest code of 17 * 2^-11 times the scale.
      const double tolerance = std::max(probability / 31, 17.0 / 4096 * row.row_scale / scale_one);
      REQUIRE(std::fabs(ours - probability) <= tolerance);
    }
  }
}

TEST_CASE("entropy: equal logits have ln C") {
  CHECK(entropy(Scores{0, 0}) == 45426);  // 2^16 ln 2 = 45425.9
  CHECK(entropy(Scores{-9, -9, -9}) == 71999);
  CHECK(entropy(Scores(64, working_max)) == 272557);
}

TEST_CASE("entropy: certainty has none") {
  CHECK(entropy(Scores{working_max, working_min}) == 0);
  CHECK(entropy(Scores{0, 409600}) == 0);
}

TEST_CASE("entropy: one unit of difference") {
  // S = 2^31 + 790015084; ln(S / 2^31) = 0.3132617; d e / S = 0.2689414: 20529.9... + 17625.3... of 2^-16
  // L = nearest(20529.92) = 20530, rdiv = 17625
  CHECK(entropy(Scores{4096, 0}) == 20530 + 17625);
  CHECK(entropy(Scores{0, 4096}) == 20530 + 17625);
}

TEST_CASE("entropy: follows the textbook formula within two last places") {
  std::mt19937 random(4);
  std::normal_distribution<double> normal(0, 3);
  for (std::size_t classes : {2u, 3u, 10u, 64u}) {
    for (int trial = 0; trial < 200; ++trial) {
      Scores logits(classes);
      std::vector<float> reals(classes);
      for (std::size_t j = 0; j < classes; ++j) {
        logits[j] = static_cast<std::int32_t>(std::lround(4096 * normal(random)));
        reals[j] = static_cast<float>(logits[j]) / 4096;
      }
      REQUIRE(std::fabs(entropy(logits) - 65536 * entropy_of(reals)) <= 2);
    }
  }
}

TEST_CASE("entropy: exits strictly below the threshold") {
  CHECK(exits(99, 100));
  CHECK_FALSE(exits(100, 100));
  CHECK_FALSE(exits(0, 0));
}

TEST_CASE("entropy: the prediction is the first of the largest logits") {
  CHECK(prediction(Scores{1, 5, 5}) == 1);
  CHECK(prediction(Scores{-3, -3}) == 0);
}
