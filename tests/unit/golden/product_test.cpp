// SPDX-License-Identifier: Apache-2.0
// Expected values are derived by hand from docs/numerics.md sections 3, 4 and 6.
#include "golden/product.hpp"

#include "contract/error.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/element_add.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

Significands matrix(std::uint32_t rows, std::uint32_t columns, unsigned bias,
                    const std::vector<std::uint8_t>& codes) {
  return decode_matrix(codes, rows, columns, bias);
}

std::vector<std::int32_t> values(const Significands& a, const Significands& b, const ProductStep& step) {
  Saturations saturations;
  return product(a, b, step, saturations).values;
}

}  // namespace

TEST_CASE("product: rows of A times rows of B") {
  // bias 3: 0x70 = 1, 0x78 = 1.5, 0xe0 = -0.5, 0x60 = 0.5
  const auto a = matrix(2, 2, 3, {0x70, 0x78, 0xe0, 0x00});
  const auto b = matrix(3, 2, 3, {0x70, 0x70, 0x60, 0xe0, 0x00, 0x78});
  CHECK(values(a, b, {}) == std::vector<std::int32_t>{10240, -1024, 9216,  // 2.5, 0.5 - 0.75, 2.25
                                                      -2048, -1024, 0});
}

TEST_CASE("product: halves round away from zero") {
  const auto a = matrix(2, 1, 0, {0x30, 0xb0});                       // significands 128, -128
  const auto b = matrix(2, 1, 0, {0x40, 0x3f});                       // 256, 248
  CHECK(values(a, b, {}) == std::vector<std::int32_t>{1, 0, -1, 0});  // +-2^15 / 2^16 and just below
}

TEST_CASE("product: the scale is one for all or one a row") {
  const auto a = matrix(2, 1, 3, {0x70, 0x70});
  const auto b = matrix(1, 1, 3, {0x70});
  ProductStep step;
  step.scale = {scale_one / 4};
  CHECK(values(a, b, step) == std::vector<std::int32_t>{1024, 1024});
  step.scale = {scale_one / 2, 0};
  CHECK(values(a, b, step) == std::vector<std::int32_t>{2048, 0});
}

TEST_CASE("product: channel biases along rows or columns, before saturation") {
  const auto a = matrix(2, 1, 3, {0x70, 0x00});
  const auto b = matrix(2, 1, 3, {0x70, 0x00});
  const std::int16_t biases[] = {3, -5};
  ProductStep step;
  step.channel_bias = biases;
  step.channel_bias_fraction = 10;  // an LSB is 4 of Q8.12
  CHECK(values(a, b, step) == std::vector<std::int32_t>{4096 + 12, -20, 12, -20});
  step.bias_axis = ProductStep::BiasAxis::row;
  CHECK(values(a, b, step) == std::vector<std::int32_t>{4096 + 12, 12, -20, -20});

  // 31 * 31 = 961 alone saturates; 961 - 900 does not.
  const auto large = matrix(1, 1, 7, {0x7f});
  const std::int16_t minus_900[] = {-900};
  step.channel_bias = minus_900;
  step.channel_bias_fraction = 0;
  Saturations saturations;
  CHECK(product(large, large, step, saturations).values == std::vector<std::int32_t>{61 * 4096});
  CHECK(saturations.working == 0);
  CHECK(product(large, large, {}, saturations).values == std::vector<std::int32_t>{working_max});
  CHECK(saturations.working == 1);
}

TEST_CASE("product: 32,768 largest products are summed exactly") {
  const std::vector<std::uint8_t> codes(reduction_max, 0x7f);
  const std::vector<std::uint8_t> negative(reduction_max, 0xff);
  ProductStep step;
  step.scale = {1u << 16};
  // 3968^2 * 2^15 * 2^16 / 2^36 = 3968^2 / 32
  CHECK(values(matrix(1, reduction_max, 0, codes), matrix(1, reduction_max, 0, codes), step) ==
        std::vector<std::int32_t>{492032});
  CHECK(values(matrix(1, reduction_max, 0, codes), matrix(1, reduction_max, 0, negative), step) ==
        std::vector<std::int32_t>{-492032});
}

TEST_CASE("product: zero padding of the reduction changes nothing") {
  const auto a = matrix(1, 3, 2, {0x55, 0x9a, 0x33});
  const auto b = matrix(1, 3, 1, {0x21, 0x7c, 0xc4});
  const auto a_padded = matrix(1, 5, 2, {0x55, 0x9a, 0x33, 0x00, 0x80});
  const auto b_padded = matrix(1, 5, 1, {0x21, 0x7c, 0xc4, 0x7f, 0x7f});
  CHECK(values(a, b, {}) == values(a_padded, b_padded, {}));
}

TEST_CASE("product: activation and AdaptivFloat output follow the bias") {
  const auto a = matrix(1, 1, 3, {0xf0});  // -1
  const auto b = matrix(1, 1, 3, {0x70});
  const std::int16_t biases[] = {-4096};
  ProductStep step;
  step.channel_bias = biases;
  step.channel_bias_fraction = 12;
  step.activation = Activation::gelu_new;  // gelu_new(-2) = -186 / 4096 (functions_test.cpp)
  CHECK(values(a, b, step) == std::vector<std::int32_t>{-186});
  // 186 / 4096 = 23.25 * 2^-9 -> 23: e = -5 + 10 - 1 = 4, m = 7, sign
  step.output = adaptivfloat(1);
  CHECK(values(a, b, step) == std::vector<std::int32_t>{0x80 | 4 << 4 | 7});
}

TEST_CASE("product: sizes that do not fit together are refused") {
  const auto a = matrix(1, 2, 0, {0x10, 0x10});
  const auto b = matrix(1, 1, 0, {0x10});
  Saturations saturations;
  CHECK_THROWS_AS(product(a, b, {}, saturations), Error);
  ProductStep step;
  step.scale = {1, 2};
  CHECK_THROWS_AS(product(a, a, step, saturations), Error);
}

TEST_CASE("product: parts of a matrix") {
  const auto m = matrix(2, 3, 0, {0x10, 0x11, 0x12, 0x13, 0x14, 0x15});
  CHECK(columns_of(m, 1, 2).values == std::vector<std::int16_t>{34, 36, 40, 42});
  CHECK(rows_of(m, 1, 1).values == std::vector<std::int16_t>{38, 40, 42});
}

TEST_CASE("element add: AdaptivFloat and wide operands, saturation, both outputs") {
  const std::vector<std::int32_t> codes{0x70, 0xf0, 0x01};  // bias 3: 1, -1, 17 * 2^-11
  const std::vector<std::int32_t> words{4096, 520000, -34};
  Saturations saturations;
  CHECK(element_add({codes, adaptivfloat(3)}, {words, wide}, wide, saturations) ==
        std::vector<std::int32_t>{8192, 515904, 0});
  const std::vector<std::int32_t> large{524000, -524000, 4};
  CHECK(element_add({large, wide}, {words, wide}, wide, saturations) ==
        std::vector<std::int32_t>{working_max, -4000, -30});
  CHECK(saturations.working == 1);
  CHECK(element_add({codes, adaptivfloat(3)}, {codes, adaptivfloat(3)}, adaptivfloat(4), saturations) ==
        std::vector<std::int32_t>{0x70, 0xf0, 0x01});
}
