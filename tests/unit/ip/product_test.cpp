// SPDX-License-Identifier: Apache-2.0
// The matrix product kernel against golden: random shapes and data chosen to overflow anything narrower than
// the contract.
#include "golden/product.hpp"

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/pu/product_kernel.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"

using namespace edgebert;

namespace {

struct Case {
  std::uint32_t rows, columns, reduction;
  unsigned bias_a = 3, bias_b = 3;
};

std::vector<std::int32_t> run_kernel(const Case& c, const std::vector<std::uint8_t>& a,
                                     const std::vector<std::uint8_t>& b, product::Epilogue epilogue,
                                     std::uint64_t& saturations) {
  const product::Operand left(a, c.rows, c.reduction, c.reduction);
  const product::Operand right(b, c.columns, c.reduction, c.reduction);
  std::vector<std::int64_t> accumulator(std::size_t{c.rows} * c.columns, 0);
  product::accumulate(left, right, accumulator);
  epilogue.shift = 16 - static_cast<int>(c.bias_a + c.bias_b);
  return product::finish(accumulator, c.rows, c.columns, epilogue, saturations);
}

void compare(const Case& c, const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b,
             const product::Epilogue& epilogue, const golden::ProductStep& step) {
  std::uint64_t ours = 0;
  golden::Saturations theirs;
  const auto values = run_kernel(c, a, b, epilogue, ours);
  const auto expected =
      golden::product(golden::decode_matrix(a, c.rows, c.reduction, c.bias_a),
                      golden::decode_matrix(b, c.columns, c.reduction, c.bias_b), step, theirs);
  CHECK(values == expected.values);
  CHECK(ours == theirs.working);
}

}  // namespace

TEST_CASE("product equals golden on random shapes, biases and activations") {
  test::Random random(5);
  for (int i = 0; i < 60; ++i) {
    const Case c{.rows = 1 + static_cast<std::uint32_t>(random() % 20),
                 .columns = 1 + static_cast<std::uint32_t>(random() % 20),
                 .reduction = 1 + static_cast<std::uint32_t>(random() % 700),
                 .bias_a = static_cast<unsigned>(random() % 8),
                 .bias_b = static_cast<unsigned>(random() % 8)};
    const auto a = test::random_codes(random, std::size_t{c.rows} * c.reduction);
    const auto b = test::random_codes(random, std::size_t{c.columns} * c.reduction);
    std::vector<std::int16_t> channel(c.columns);
    for (auto& value : channel) value = static_cast<std::int16_t>(random());
    const auto fraction = static_cast<std::uint32_t>(random() % 13);
    const auto activation = static_cast<Activation>(random() % 5);
    const auto scale = static_cast<std::uint32_t>(random() % (scale_one + 1));
    product::Epilogue epilogue{};
    epilogue.scale = scale;
    epilogue.column_biases = channel;
    epilogue.bias_fraction = fraction;
    epilogue.activation = activation;
    compare(c, a, b, epilogue,
            {.scale = {scale},
             .channel_bias = channel,
             .channel_bias_fraction = fraction,
             .activation = activation});
  }
}

TEST_CASE("product equals golden with a bias and a scale a row") {
  test::Random random(6);
  const Case c{.rows = 9, .columns = 17, .reduction = 130};
  const auto a = test::random_codes(random, std::size_t{c.rows} * c.reduction);
  const auto b = test::random_codes(random, std::size_t{c.columns} * c.reduction);
  std::vector<std::int16_t> channel(c.rows);
  std::vector<std::uint32_t> scales(c.rows);
  for (auto& value : channel) value = static_cast<std::int16_t>(random());
  for (auto& value : scales) value = static_cast<std::uint32_t>(random() % (scale_one + 1));
  product::Epilogue epilogue{};
  epilogue.row_scales = scales;
  epilogue.row_biases = channel;
  compare(c, a, b, epilogue,
          {.scale = scales,
           .channel_bias = channel,
           .channel_bias_fraction = 12,
           .bias_axis = golden::ProductStep::BiasAxis::row});
}

TEST_CASE("product is exact where 32 bits are not enough: largest codes, K to 4096") {
  for (const std::uint32_t reduction : {128u, 129u, 137u, 768u, 3072u, 4096u}) {
    const Case c{.rows = 3, .columns = 5, .reduction = reduction, .bias_a = 0, .bias_b = 0};
    const std::vector<std::uint8_t> a(std::size_t{c.rows} * reduction, 0x7f);
    const std::vector<std::uint8_t> b(std::size_t{c.columns} * reduction, 0xff);
    const product::Operand left(a, c.rows, reduction, reduction);
    const product::Operand right(b, c.columns, reduction, reduction);
    std::vector<std::int64_t> accumulator(15, 0);
    product::accumulate(left, right, accumulator);
    // 31 * 2^7 = 3968 is the largest significand (docs/numerics.md section 2).
    CHECK(accumulator == std::vector<std::int64_t>(15, -std::int64_t{3968} * 3968 * reduction));
  }
}

TEST_CASE("product: a split reduction accumulates to the same sums") {
  test::Random random(7);
  const auto a = test::random_codes(random, 4 * 640);
  const auto b = test::random_codes(random, 4 * 640);
  std::vector<std::int64_t> whole(16, 0);
  product::accumulate({a, 4, 640, 640}, {b, 4, 640, 640}, whole);
  std::vector<std::int64_t> split(16, 0);
  for (const std::size_t first : {0, 64, 320}) {
    const std::uint32_t length = first == 0 ? 64 : first == 64 ? 256 : 320;
    product::accumulate({std::span(a).subspan(first), 4, length, 640},
                        {std::span(b).subspan(first), 4, length, 640}, split);
  }
  CHECK(split == whole);
}

TEST_CASE("product: multiplications without a zero operand are counted exactly") {
  test::Random random(8);
  const auto a = test::random_codes(random, 5 * 70, 120);
  const auto b = test::random_codes(random, 6 * 70, 200);
  std::uint64_t expected = 0;
  for (int r = 0; r < 5; ++r) {
    for (int c = 0; c < 6; ++c) {
      for (int k = 0; k < 70; ++k)
        expected +=
            a[static_cast<std::size_t>(r * 70 + k)] != 0 && b[static_cast<std::size_t>(c * 70 + k)] != 0;
    }
  }
  CHECK(product::useful_products({a, 5, 70, 70}, {b, 6, 70, 70}) == expected);
}
