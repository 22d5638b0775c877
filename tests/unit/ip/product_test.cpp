// SPDX-License-Identifier: Apache-2.0
// The matrix product kernels on every instruction set against golden and against sums in 64 bits: random and
// odd shapes, and data chosen to overflow anything narrower than the contract.
#include "golden/product.hpp"

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/product_kernel.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/each_target.hpp"
#include "tests/unit/ip/random_codes.hpp"

using namespace edgebert;
using product::Role;

namespace {

using Codes = std::vector<std::uint8_t>;

struct Case {
  std::uint32_t rows, columns, reduction;
  unsigned bias_a = 3, bias_b = 3;
};

product::Operand decoded(Role role, const Codes& codes, std::uint32_t rows, std::uint32_t reduction) {
  product::Operand operand;
  operand.decode(role, codes, rows, reduction, reduction);
  return operand;
}

std::vector<std::int64_t> sums_of(const product::Accumulator& accumulator) {
  std::vector<std::int64_t> sums;
  for (std::uint32_t r = 0; r < accumulator.rows(); ++r) {
    for (std::uint32_t c = 0; c < accumulator.columns(); ++c) sums.push_back(accumulator.sum(r, c));
  }
  return sums;
}

product::Accumulator accumulated(const Case& c, const Codes& a, const Codes& b) {
  const auto rows = decoded(Role::rows, a, c.rows, c.reduction);
  const auto columns = decoded(Role::columns, b, c.columns, c.reduction);
  product::Accumulator accumulator;
  accumulator.clear(c.rows, c.columns);
  accumulator.add(rows, columns);
  if (product::has_fused_products()) {
    product::Accumulator without(false);
    without.clear(c.rows, c.columns);
    without.add(rows, columns);
    REQUIRE(sums_of(without) == sums_of(accumulator));
  }
  return accumulator;
}

/// In 64 bits, one product after the other.
std::vector<std::int64_t> reference_sums(const Case& c, const Codes& a, const Codes& b) {
  std::vector<std::int64_t> sums;
  for (std::size_t r = 0; r < c.rows; ++r) {
    for (std::size_t column = 0; column < c.columns; ++column) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < c.reduction; ++k) {
        sum += std::int64_t{numerics::significand(a[r * c.reduction + k])} *
               numerics::significand(b[column * c.reduction + k]);
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

void compare(const Case& c, const Codes& a, const Codes& b, product::Epilogue epilogue,
             const golden::ProductStep& step) {
  golden::Saturations theirs;
  const auto expected =
      golden::product(golden::decode_matrix(a, c.rows, c.reduction, c.bias_a),
                      golden::decode_matrix(b, c.columns, c.reduction, c.bias_b), step, theirs);
  epilogue.shift = 16 - static_cast<int>(c.bias_a + c.bias_b);
  test::on_each_target([&] {
    const auto accumulator = accumulated(c, a, b);
    product::Statistics ours;
    std::vector<std::int32_t> values(expected.values.size());
    product::finish_wide(accumulator, epilogue, values, ours);
    CHECK(values == expected.values);
    CHECK(ours.working_saturations == theirs.working);

    const unsigned output_bias = c.bias_b;
    Codes expected_codes;
    std::uint64_t saturated = 0;
    for (const std::int32_t value : expected.values) {
      const auto encoded = numerics::encode(std::int64_t{value}, working_fraction_bits, output_bias);
      expected_codes.push_back(encoded.code);
      saturated += encoded.saturated;
    }
    Codes codes(expected.values.size());
    product::finish_codes(accumulator, epilogue, output_bias, codes, ours);
    CHECK(codes == expected_codes);
    CHECK(ours.working_saturations == 2 * theirs.working);
    CHECK(ours.code_saturations == saturated);
  });
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

TEST_CASE("product equals golden where sums need 64 bits, scaled and not") {
  test::Random random(19);
  for (const std::uint32_t scale : {scale_one, scale_one / 8, 12345u, 0u}) {
    for (const unsigned bias : {0u, 3u, 7u}) {
      const Case c{.rows = 5, .columns = 33, .reduction = 300, .bias_a = bias, .bias_b = bias};
      Codes a(std::size_t{c.rows} * c.reduction, 0x7f);
      Codes b(std::size_t{c.columns} * c.reduction, 0xff);
      for (std::size_t i = 0; i < b.size(); i += 7) b[i] = static_cast<std::uint8_t>(random());
      REQUIRE(accumulated(c, a, b).wide());
      product::Epilogue epilogue{};
      epilogue.scale = scale;
      compare(c, a, b, epilogue, {.scale = {scale}});
    }
  }
}

TEST_CASE("product equals golden where results are wider than a block of the epilogue") {
  test::Random random(20);
  const Case c{.rows = 3, .columns = 2500, .reduction = 20, .bias_a = 4, .bias_b = 4};
  const auto a = test::random_codes(random, std::size_t{c.rows} * c.reduction);
  const auto b = test::random_codes(random, std::size_t{c.columns} * c.reduction);
  std::vector<std::int16_t> channel(c.columns);
  for (auto& value : channel) value = static_cast<std::int16_t>(random());
  product::Epilogue epilogue{};
  epilogue.column_biases = channel;
  epilogue.activation = Activation::gelu;
  compare(c, a, b, epilogue,
          {.channel_bias = channel, .channel_bias_fraction = 12, .activation = Activation::gelu});
}

TEST_CASE("product: sums are exact on adversarial data, K to 4096 and to 32768, on every instruction set") {
  test::Random random(21);
  const auto patterns = [&](std::size_t rows, std::size_t reduction) {
    const std::size_t count = rows * reduction;
    std::vector<Codes> all;
    all.emplace_back(count, 0x7f);  // largest
    all.emplace_back(count, 0xff);
    all.emplace_back(count, 0);
    Codes halves(count);  // first half plus, second half minus
    for (std::size_t i = 0; i < count; ++i) halves[i] = i % reduction < reduction / 2 ? 0x7f : 0xff;
    all.push_back(halves);
    Codes signs(count);
    for (auto& code : signs) code = random() % 2 == 0 ? 0x7f : 0xff;
    all.push_back(signs);
    Codes outliers(count, 0x01);
    for (std::size_t i = 0; i < count; i += 97) outliers[i] = 0x7f;
    all.push_back(outliers);
    all.push_back(test::random_codes(random, count));
    return all;
  };
  for (const std::uint32_t reduction : {1u, 127u, 128u, 129u, 136u, 137u, 768u, 3072u, 4096u, 32768u}) {
    const Case c{.rows = 3, .columns = 5, .reduction = reduction};
    const auto left = patterns(c.rows, reduction);
    const auto right = patterns(c.columns, reduction);
    for (std::size_t i = 0; i < left.size(); ++i) {
      for (const std::size_t j : {i, (i + 1) % right.size(), std::size_t{0}}) {
        if (reduction > 4096 && j != i) continue;
        const auto expected = reference_sums(c, left[i], right[j]);
        test::on_each_target([&] { REQUIRE(sums_of(accumulated(c, left[i], right[j])) == expected); });
      }
    }
  }
}

TEST_CASE("product: sums of odd shapes are exact on every instruction set") {
  test::Random random(22);
  const std::uint32_t sizes[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 80, 96};
  for (int i = 0; i < 60; ++i) {
    const Case c{.rows = sizes[random() % 16],
                 .columns = sizes[random() % 16],
                 .reduction = 1 + static_cast<std::uint32_t>(random() % 600)};
    const auto a = test::random_codes(random, std::size_t{c.rows} * c.reduction);
    const auto b = test::random_codes(random, std::size_t{c.columns} * c.reduction);
    const auto expected = reference_sums(c, a, b);
    INFO(c.rows << " x " << c.columns << " x " << c.reduction);
    test::on_each_target([&] { REQUIRE(sums_of(accumulated(c, a, b)) == expected); });
  }
}

TEST_CASE("product: the norms decide between 32 and 64 bits") {
  // 136 largest products and the rounding constant fit 31 bits, 137 do not.
  const auto wide = [](std::uint32_t reduction, std::uint8_t code) {
    return accumulated({1, 1, reduction}, Codes(reduction, code), Codes(reduction, code)).wide();
  };
  CHECK_FALSE(wide(136, 0x7f));
  CHECK(wide(137, 0x7f));
  CHECK_FALSE(wide(4096, 0x50));
}

TEST_CASE("product: a split reduction accumulates to the same sums, in 32 and in 64 bits") {
  test::Random random(7);
  for (const std::uint8_t filling : {0x00, 0x7f}) {
    auto a = test::random_codes(random, 4 * 640);
    auto b = test::random_codes(random, 4 * 640);
    if (filling != 0) {  // 32 bits are enough for the first part only
      std::fill(a.begin() + 3 * 640 + 64, a.end(), filling);
      std::fill(b.begin() + 3 * 640 + 64, b.end(), filling);
    }
    const auto whole = reference_sums({4, 4, 640}, a, b);
    test::on_each_target([&] {
      product::Accumulator split;
      split.clear(4, 4);
      product::Operand left;
      product::Operand right;
      std::vector<bool> wide;
      for (const std::size_t first : {0, 64, 320}) {
        const std::uint32_t length = first == 0 ? 64 : first == 64 ? 256 : 320;
        left.decode(Role::rows, std::span(a).subspan(first), 4, length, 640);
        right.decode(Role::columns, std::span(b).subspan(first), 4, length, 640);
        split.add(left, right);
        wide.push_back(split.wide());
      }
      CHECK(sums_of(split) == whole);
      CHECK(wide ==
            (filling == 0 ? std::vector<bool>{false, false, false} : std::vector<bool>{false, true, true}));
      split.clear(4, 4);
      CHECK(sums_of(split) == std::vector<std::int64_t>(16, 0));
    });
  }
}

TEST_CASE("product: an operand decodes anew into the storage of a larger one") {
  test::Random random(23);
  product::Operand a;
  product::Operand b;
  a.decode(Role::columns, test::random_codes(random, 40 * 200), 40, 200, 200);
  b.decode(Role::rows, test::random_codes(random, 40 * 200), 40, 200, 200);
  const std::size_t held = a.bytes();
  CHECK(held >= 48 * 200 * sizeof(std::int16_t));
  const Case c{.rows = 7, .columns = 9, .reduction = 33};
  const auto left = test::random_codes(random, 7 * 33);
  const auto right = test::random_codes(random, 9 * 33);
  a.decode(Role::rows, left, 7, 33, 33);
  b.decode(Role::columns, right, 9, 33, 33);
  CHECK(a.bytes() == held);
  product::Accumulator accumulator;
  accumulator.clear(7, 9);
  accumulator.add(a, b);
  CHECK(sums_of(accumulator) == reference_sums(c, left, right));
}

TEST_CASE("product: packed and dense operands are the same, and count the same, on every instruction set") {
  test::Random random(24);
  for (const std::uint32_t reduction : {1u, 63u, 64u, 65u, 200u, 768u}) {
    for (const unsigned zeros : {0u, 128u, 250u, 256u}) {
      const std::uint32_t rows = 1 + static_cast<std::uint32_t>(random() % 40);
      const auto codes = test::random_codes(random, std::size_t{rows} * reduction, zeros);
      auto packed = bit_mask::pack(codes, rows, reduction);
      const std::size_t used = packed.data.size();
      packed.data.push_back(0x11);  // another operand's
      const std::span masks(reinterpret_cast<const std::uint8_t*>(packed.masks.data()),
                            8 * packed.masks.size());
      for (const Role role : {Role::rows, Role::columns}) {
        test::on_each_target([&] {
          const auto dense = decoded(role, codes, rows, reduction);
          product::Operand operand;
          REQUIRE(operand.unpack(role, masks, packed.data, rows, reduction) == used);
          REQUIRE(operand.padded() == dense.padded());
          const std::size_t stored = role == Role::rows ? rows : (rows + 15) / 16 * 16;
          REQUIRE(std::equal(dense.significands(), dense.significands() + stored * dense.padded(),
                             operand.significands()));
          REQUIRE(std::equal(dense.nonzeros().begin(), dense.nonzeros().end(), operand.nonzeros().begin(),
                             operand.nonzeros().end()));
          REQUIRE(operand.largest_square() == dense.largest_square());
        });
      }
    }
  }
}

TEST_CASE("product: packed operands whose masks disagree with the data are refused") {
  const Codes data = {1, 2, 3};
  const std::uint64_t four = 0xf;
  const std::uint64_t outside = 1u << 10;
  const auto bytes = [](const std::uint64_t& mask) {
    return std::span(reinterpret_cast<const std::uint8_t*>(&mask), sizeof mask);
  };
  product::Operand operand;
  CHECK_FALSE(operand.unpack(Role::rows, bytes(four), data, 1, 64));
  CHECK_FALSE(operand.unpack(Role::columns, bytes(outside), data, 1, 10));
  CHECK(operand.unpack(Role::columns, bytes(outside), data, 1, 11) == 1);
}

TEST_CASE("product: multiplications without a zero operand are counted exactly, on every instruction set") {
  test::Random random(8);
  constexpr std::uint32_t rows = 300;  // more than a byte counts
  const auto a = test::random_codes(random, rows * 70, 120);
  auto b = test::random_codes(random, 6 * 70, 200);
  b[3] = 0x80;  // minus zero is zero
  std::uint64_t expected = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < 6; ++c) {
      for (std::size_t k = 0; k < 70; ++k)
        expected += (a[r * 70 + k] & 0x7f) != 0 && (b[c * 70 + k] & 0x7f) != 0;
    }
  }
  test::on_each_target([&] {
    CHECK(product::useful_products(decoded(Role::rows, a, rows, 70), decoded(Role::columns, b, 6, 70)) ==
          expected);
  });
}

TEST_CASE("product: nothing allocates once storage has grown") {
  test::Random random(25);
  const auto codes = test::random_codes(random, 64 * 256);
  product::Operand a;
  product::Operand b;
  product::Accumulator accumulator;
  const void* places[2][4];
  for (auto& place : places) {
    a.decode(Role::rows, codes, 64, 256, 256);
    b.decode(Role::columns, codes, 64, 256, 256);
    accumulator.clear(64, 64);
    accumulator.add(a, b);
    place[0] = a.significands();
    place[1] = b.significands();
    place[2] = accumulator.narrow_sums();
    place[3] = a.nonzeros().data();
  }
  CHECK(std::equal(places[0], places[0] + 4, places[1]));
}
