// SPDX-License-Identifier: Apache-2.0
#include "golden/element_add.hpp"
#include "golden/entropy.hpp"
#include "golden/layernorm.hpp"
#include "golden/softmax.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"
#include "ip/sfu/softmax_regs.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;

namespace {

constexpr std::uint32_t wide_format = sfu::format_kind.put(1);
constexpr sfu::Costs serial = sfu::costs_of(TimingPreset::serial);

std::span<const std::uint8_t> bytes_of(const std::vector<std::int32_t>& words) {
  return {reinterpret_cast<const std::uint8_t*>(words.data()), words.size() * 4};
}

std::vector<std::int32_t> codes_in(unsigned buffer, std::uint32_t at, std::size_t count) {
  const auto bytes = bench().accelerator.decoders[buffer].data.read(at, count);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::int32_t> widen(const std::vector<std::uint8_t>& codes) {
  return {codes.begin(), codes.end()};
}

void expect_error(std::uint32_t base, sfu::Error error) {
  CHECK(bench().run(base) == 1);
  CHECK(bench().error(base) == static_cast<std::uint32_t>(error));
}

}  // namespace

TEST_CASE("softmax unit: weights, row scales and cycles; refusals") {
  namespace regs = softmax;
  constexpr std::uint32_t base = memory_map::softmax;
  auto& b = bench();
  b.reset(base, regs::map);
  test::Random random(31);
  const std::uint32_t rows = 5, columns = 24, keys = 20;
  const auto scores = test::random_working(random, rows * columns, 30'000);
  const std::vector<std::uint8_t> mask = {0x70, 0x70, 0x6c, 0x56, 0x01};
  b.accelerator.decoders[0].data.write(128, bytes_of(scores));
  b.accelerator.auxiliary.write(40, mask);
  b.set(base, regs::rows, rows);
  b.set(base, regs::columns, columns);
  b.set(base, regs::keys, keys);
  b.set(base, regs::first_row, 3);
  b.set(base, regs::mode, regs::mode_span_form.put(static_cast<std::uint32_t>(SpanForm::all_keys)));
  b.set(base, regs::source_base, 128);
  b.set(base, regs::source_stride, 4 * columns);
  b.set(base, regs::output_format, sfu::format_buffer.put(1));
  b.set(base, regs::output_base, 1000);
  b.set(base, regs::output_stride, columns);
  b.set(base, regs::span_base, 40);
  b.set(base, regs::span_length, static_cast<std::uint32_t>(mask.size()));
  b.set(base, regs::row_scale_base, 512);

  CHECK(b.run(base) == sfu::softmax_cycles({rows, columns, 16}, true, serial));
  REQUIRE(b.error(base) == 0);
  for (std::uint32_t r = 0; r < rows; ++r) {
    golden::Saturations saturations;
    auto want = golden::softmax(std::span(scores).subspan(r * columns, keys), 3 + r,
                                {SpanForm::all_keys, SpanIndex::distance, mask}, saturations);
    want.codes.resize(columns, 0);
    CHECK(codes_in(1, 1000 + r * columns, columns) == want.codes);
    CHECK(b.accelerator.auxiliary.word<std::uint32_t>(512 + 4 * r) == want.row_scale);
  }
  CHECK(b.tiles.size() == 2);

  SECTION("no rows") {
    b.set(base, regs::rows, 0);
    expect_error(base, sfu::Error::bad_shape);
  }
  SECTION("scores that are not wide") {
    b.set(base, regs::source_format, 0);
    expect_error(base, sfu::Error::bad_format);
  }
  SECTION("scores outside the buffer") {
    b.set(base, regs::source_base, 4096 - 100);
    expect_error(base, sfu::Error::operand_outside_buffer);
  }
  SECTION("weights outside the buffer") {
    b.set(base, regs::output_base, 4096 - rows * columns + 1);
    expect_error(base, sfu::Error::output_outside_buffer);
  }
  SECTION("mask outside the auxiliary buffer") {
    b.set(base, regs::span_base, 1024 - 4);
    expect_error(base, sfu::Error::parameters_outside_auxiliary);
  }
  SECTION("row scales outside the auxiliary buffer") {
    b.set(base, regs::row_scale_base, 1024 - 16);
    expect_error(base, sfu::Error::parameters_outside_auxiliary);
  }
}

TEST_CASE("layernorm unit: wide plus AdaptivFloat with a repeated row; cycles; refusals") {
  namespace regs = layernorm;
  constexpr std::uint32_t base = memory_map::layernorm;
  auto& b = bench();
  b.reset(base, regs::map);
  test::Random random(32);
  const std::uint32_t rows = 4, features = 40;
  const auto x = test::random_working(random, rows * features, 9'000);
  const auto added = test::random_codes(random, features);
  const auto gamma = test::random_codes(random, features);
  const auto beta = test::random_codes(random, features);
  b.accelerator.decoders[0].data.write(0, bytes_of(x));
  b.accelerator.decoders[1].data.write(300, added);
  b.accelerator.auxiliary.write(0, gamma);
  b.accelerator.auxiliary.write(100, beta);
  b.set(base, regs::rows, rows);
  b.set(base, regs::features, features);
  b.set(base, regs::mode, 1);
  b.set(base, regs::a_format, wide_format);
  b.set(base, regs::a_stride, 4 * features);
  b.set(base, regs::b_format, sfu::format_buffer.put(1) | sfu::format_bias.put(2));
  b.set(base, regs::b_base, 300);
  b.set(base, regs::b_stride, 0);
  b.set(base, regs::output_format, sfu::format_buffer.put(1) | sfu::format_bias.put(4));
  b.set(base, regs::output_base, 2000);
  b.set(base, regs::output_stride, 64);
  b.set(base, regs::beta_base, 100);
  b.set(base, regs::parameter_biases, regs::gamma_bias.put(3) | regs::beta_bias.put(1));
  b.set(base, regs::epsilon, 168);

  CHECK(b.run(base) == sfu::layernorm_cycles({rows, features, 16}, true, 1, serial));
  REQUIRE(b.error(base) == 0);
  for (std::uint32_t r = 0; r < rows; ++r) {
    golden::Saturations saturations;
    const auto want = golden::layernorm({std::span(x).subspan(r * features, features), golden::wide},
                                        golden::Operand{widen(added), golden::adaptivfloat(2)},
                                        {gamma, 3, beta, 1, 168, golden::adaptivfloat(4)}, saturations);
    CHECK(codes_in(1, 2000 + 64 * r, features) == want);
  }
  SECTION("too many features") {
    b.set(base, regs::features, layernorm_features_max + 1);
    expect_error(base, sfu::Error::bad_shape);
  }
  SECTION("a wide result does not exist") {
    b.set(base, regs::output_format, wide_format);
    expect_error(base, sfu::Error::bad_format);
  }
  SECTION("gamma outside the auxiliary buffer") {
    b.set(base, regs::gamma_base, 1000);
    expect_error(base, sfu::Error::parameters_outside_auxiliary);
  }
  SECTION("operand B outside its buffer") {
    b.set(base, regs::b_base, 4090);
    expect_error(base, sfu::Error::operand_outside_buffer);
  }
}

TEST_CASE("element-wise add unit: packed plus dense to wide, and to AdaptivFloat; cycles; refusals") {
  namespace regs = element_add;
  constexpr std::uint32_t base = memory_map::element_add;
  auto& b = bench();
  b.reset(base, regs::map);
  test::Random random(33);
  const std::uint32_t rows = 3, features = 70;
  const auto a = test::random_codes(random, rows * features, 150);
  const auto other = test::random_codes(random, rows * features);
  const auto packed = bit_mask::pack(a, rows, features);
  b.accelerator.decoders[0].data.write(16, packed.data);
  b.accelerator.decoders[0].mask.write(
      8, {reinterpret_cast<const std::uint8_t*>(packed.masks.data()), packed.masks.size() * 8});
  b.accelerator.decoders[1].data.write(0, other);
  b.set(base, regs::rows, rows);
  b.set(base, regs::features, features);
  b.set(base, regs::a_format, sfu::format_kind.put(2) | sfu::format_bias.put(1));
  b.set(base, regs::a_base, 16);
  b.set(base, regs::a_mask, 8);
  b.set(base, regs::b_format, sfu::format_buffer.put(1) | sfu::format_bias.put(5));
  b.set(base, regs::b_stride, features);
  b.set(base, regs::output_base, 1024);
  golden::Saturations saturations;
  const std::vector<std::int32_t> left_values = widen(a), right_values = widen(other);

  SECTION("wide") {
    b.set(base, regs::output_format, wide_format | sfu::format_buffer.put(1));
    b.set(base, regs::output_stride, 4 * features);
    CHECK(b.run(base) == sfu::element_add_cycles({rows, features, 16}, 1, serial));
    REQUIRE(b.error(base) == 0);
    const auto want = golden::element_add({left_values, golden::adaptivfloat(1)},
                                          {right_values, golden::adaptivfloat(5)}, golden::wide, saturations);
    for (std::uint32_t i = 0; i < rows * features; ++i) {
      REQUIRE(b.accelerator.decoders[1].data.word<std::int32_t>(1024 + 4 * i) == want[i]);
    }
  }
  SECTION("AdaptivFloat") {
    b.set(base, regs::output_format, sfu::format_buffer.put(1) | sfu::format_bias.put(5));
    b.set(base, regs::output_stride, features);
    CHECK(b.run(base) == sfu::element_add_cycles({rows, features, 16}, 0, serial));
    const auto want =
        golden::element_add({left_values, golden::adaptivfloat(1)}, {right_values, golden::adaptivfloat(5)},
                            golden::adaptivfloat(5), saturations);
    CHECK(codes_in(1, 1024, rows * features) == want);
  }
  SECTION("masks that name more codes than the buffer holds") {
    b.set(base, regs::a_base, 4095);
    expect_error(base, sfu::Error::mask_disagrees);
  }
  SECTION("an operand format that does not exist") {
    b.set(base, regs::b_format, 3);
    expect_error(base, sfu::Error::bad_format);
  }
}

TEST_CASE("early-exit unit: exits below the threshold, not at it; refuses one class and sixty-five") {
  namespace regs = early_exit;
  constexpr std::uint32_t base = memory_map::early_exit;
  auto& b = bench();
  b.reset(base, regs::map);
  const std::vector<std::int32_t> logits = {4096, -3000, 500};
  const std::uint32_t h = golden::entropy(logits);
  b.accelerator.decoders[0].data.write(64, bytes_of(logits));
  b.set(base, regs::source_base, 64);
  b.set(base, regs::classes, 3);
  for (const auto& [threshold, decision] : {std::pair{h, 0u}, {h + 1, 1u}, {0u, 0u}}) {
    b.set(base, regs::threshold, threshold);
    CHECK(b.run(base) == sfu::early_exit_cycles(3, 16, true, serial));
    CHECK(b.get(base, regs::entropy) == h);
    CHECK(b.get(base, regs::decision) == decision);
  }
  for (const std::uint32_t classes : {0u, 1u, 65u}) {
    b.set(base, regs::classes, classes);
    expect_error(base, sfu::Error::bad_shape);
  }
  b.set(base, regs::classes, 3);
  b.set(base, regs::source_base, 4092);
  expect_error(base, sfu::Error::operand_outside_buffer);
}

TEST_CASE("early-exit unit: a test command takes its cycles and yields its entropy") {
  namespace regs = early_exit;
  constexpr std::uint32_t base = memory_map::early_exit;
  auto& b = bench();
  b.reset(base, regs::map);
  b.set(base, regs::mode, static_cast<std::uint32_t>(regs::Command::test));
  b.set(base, regs::test_entropy, 20'000);
  b.set(base, regs::threshold, 20'001);
  const std::uint64_t told = b.accelerator.early_exit.counters["test_assessments"];
  b.set(base, regs::test_cycles, 321);
  CHECK(b.run(base) == 321);
  CHECK(b.get(base, regs::entropy) == 20'000);
  CHECK(b.get(base, regs::decision) == 1);
  b.set(base, regs::threshold, 20'000);
  b.run(base);
  CHECK(b.get(base, regs::decision) == 0);
  CHECK(b.accelerator.early_exit.counters["test_assessments"] == told + 2);
  b.set(base, regs::test_cycles, 0);
  expect_error(base, sfu::Error::bad_shape);
  b.set(base, regs::mode, 3);
  expect_error(base, sfu::Error::bad_shape);
}

TEST_CASE("early-exit unit: predicts by the nearest row, the first column below the threshold") {
  namespace regs = early_exit;
  constexpr std::uint32_t base = memory_map::early_exit;
  auto& b = bench();
  b.reset(base, regs::map);
  const std::vector<std::int32_t> table = {100, 90,  50,  20,  10,  //
                                           200, 190, 95,  60,  30,  //
                                           300, 290, 280, 270, 260};
  b.accelerator.auxiliary.write(16, bytes_of(table));
  b.set(base, regs::lut_base, 16);
  b.set(base, regs::lut_rows, 3);
  b.set(base, regs::lut_columns, 4);
  const auto predicted = [&](std::uint32_t entropy, std::uint32_t threshold) {
    b.set(base, regs::mode, static_cast<std::uint32_t>(regs::Command::test));
    b.set(base, regs::test_entropy, entropy);
    b.set(base, regs::test_cycles, 1);
    b.run(base);
    b.set(base, regs::mode, static_cast<std::uint32_t>(regs::Command::predict));
    b.set(base, regs::threshold, threshold);
    CHECK(b.run(base) == sfu::prediction_cycles(3, 4, 16, serial));
    return b.get(base, regs::predicted_index);
  };
  CHECK(sfu::prediction_cycles(3, 4, 16, serial) == 3 * (1 + 3 + 3) + 10);
  CHECK(sfu::prediction_cycles(100, 16, 16, serial) == 100 * 2 * 7 + 10);
  CHECK(predicted(0, 96) == 0);
  CHECK(predicted(150, 90) == 1);  // as near to the second row: the first counts; not below is not enough
  CHECK(predicted(151, 90) == 2);
  CHECK(predicted(5000, 100) == 3);  // none: the last
  b.set(base, regs::lut_rows, 0);
  expect_error(base, sfu::Error::bad_shape);
  b.set(base, regs::lut_rows, 51);
  expect_error(base, sfu::Error::parameters_outside_auxiliary);
  b.set(base, regs::lut_rows, 3);
  b.set(base, regs::lut_columns, 0xffffffff);
  expect_error(base, sfu::Error::bad_shape);
}
