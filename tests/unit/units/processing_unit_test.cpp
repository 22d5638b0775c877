// SPDX-License-Identifier: Apache-2.0
#include "golden/product.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/pu/product_cost.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace regs = processing_unit;

namespace {

constexpr std::uint32_t base = memory_map::processing_unit;
constexpr product::Costs serial = product::costs_of(TimingPreset::serial, 16);

/// A 20 x 30 product over 70, biases 3 and 2, AdaptivFloat output with bias 4 behind the row operand in
/// buffer 1.
constexpr std::uint32_t rows = 20, columns = 30, reduction = 70, output_at = 2048;

struct Data {
  std::vector<std::uint8_t> a, b;
};

Data load_example() {
  auto& b = bench();
  b.reset(base, regs::map);
  test::Random random(21);
  Data data{test::random_codes(random, rows * reduction),
            test::random_codes(random, columns * reduction, 128)};
  b.accelerator.decoders[1].data.write(0, data.a);
  b.accelerator.decoders[0].data.write(0, data.b);
  b.set(base, regs::rows, rows);
  b.set(base, regs::columns, columns);
  b.set(base, regs::reduction, reduction);
  b.set(base, regs::operand0_stride, reduction);
  b.set(base, regs::operand0_format, regs::format_bias.put(2));
  b.set(base, regs::operand1_stride, reduction);
  b.set(base, regs::operand1_format, regs::format_bias.put(3));
  b.set(base, regs::output_format, regs::output_buffer.put(1) | regs::output_bias.put(4));
  b.set(base, regs::output_base, output_at);
  b.set(base, regs::output_stride, columns);
  return data;
}

std::vector<std::int32_t> expected(const Data& data, const golden::Encoding& output) {
  golden::Saturations saturations;
  return golden::product(golden::decode_matrix(data.a, rows, reduction, 3),
                         golden::decode_matrix(data.b, columns, reduction, 2), {.output = output},
                         saturations)
      .values;
}

std::vector<std::int32_t> output_codes(std::uint32_t at = output_at, std::uint32_t count = rows * columns) {
  const auto bytes = bench().accelerator.decoders[1].data.read(at, count);
  return {bytes.begin(), bytes.end()};
}

void expect_error(regs::Error error) {
  auto& b = bench();
  const auto before = b.accelerator.processing_unit.counters["macs"];
  CHECK(b.run(base) == 1);
  CHECK(b.error(base) == static_cast<std::uint32_t>(error));
  CHECK((b.get(base, unit::interrupt) & 3) == unit::interrupt_error);
  CHECK(b.accelerator.processing_unit.counters["macs"] == before);
}

}  // namespace

TEST_CASE(
    "processing unit: codes equal golden, cycles equal the formula, the tile is observed under its tag") {
  auto& b = bench();
  const Data data = load_example();
  b.set(base, unit::tag,
        unit::tag_layer.put(3) | unit::tag_operator.put(static_cast<std::uint32_t>(Operator::ffn_inner)));
  b.set(base, unit::tag_position, unit::tag_row.put(16) | unit::tag_column.put(32));
  const auto commands = b.get(base, unit::commands);
  const auto busy = b.get(base, unit::busy_cycles);
  const Cycles cycles = product::product_cycles({rows, columns, reduction}, 16, serial);
  CHECK(b.run(base) == cycles);
  CHECK(b.error(base) == 0);
  CHECK(output_codes() == expected(data, golden::adaptivfloat(4)));
  CHECK(b.get(base, unit::commands) == commands + 1);
  CHECK(b.get(base, unit::busy_cycles) == busy + cycles);
  REQUIRE(b.tiles.size() == 1);
  CHECK(b.tiles[0].layer == 3);
  CHECK(b.tiles[0].op == Operator::ffn_inner);
  CHECK(b.tiles[0].row == 16);
  CHECK(b.tiles[0].column == 32);
  CHECK(b.tiles[0].rows == rows);
  CHECK(b.tiles[0].columns == columns);
  CHECK(b.tile_values[0] == expected(data, golden::adaptivfloat(4)));
}

TEST_CASE("processing unit: nothing is visible before the command completes") {
  auto& b = bench();
  load_example();
  b.accelerator.decoders[1].data.write(output_at, std::vector<std::uint8_t>(rows * columns, 0xee));
  b.set(base, unit::control, unit::control_start);
  CHECK((b.get(base, unit::status) & 1) == 1);
  CHECK(output_codes() == std::vector<std::int32_t>(rows * columns, 0xee));
  b.run(base);  // a start while busy is reported and disturbs nothing
  CHECK(b.error(base) == static_cast<std::uint32_t>(unit::Error::started_while_busy));
  CHECK(output_codes() != std::vector<std::int32_t>(rows * columns, 0xee));
}

TEST_CASE("processing unit: a packed operand gives the same codes") {
  auto& b = bench();
  const Data data = load_example();
  const auto packed = bit_mask::pack(data.b, columns, reduction);
  b.accelerator.decoders[0].mask.write(
      0, {reinterpret_cast<const std::uint8_t*>(packed.masks.data()), packed.masks.size() * 8});
  b.accelerator.decoders[0].data.write(100, packed.data);
  b.set(base, regs::operand0_base, 100);
  b.set(base, regs::operand0_format, regs::format_bias.put(2) | regs::format_packed.put(1));
  b.run(base);
  CHECK(b.error(base) == 0);
  CHECK(output_codes() == expected(data, golden::adaptivfloat(4)));
  SECTION("and is refused when its masks name more codes than the buffer holds") {
    b.set(base, regs::operand0_base, 4000);
    expect_error(regs::Error::operand0_mask_disagrees);
  }
}

TEST_CASE("processing unit: wide output, and packed output with its size") {
  auto& b = bench();
  const Data data = load_example();
  SECTION("wide") {
    b.set(base, regs::rows, 4);
    b.set(base, regs::output_format, regs::output_kind.put(1) | regs::output_buffer.put(1));
    b.set(base, regs::output_stride, 4 * columns);
    b.run(base);
    const auto all = expected(data, golden::wide);
    for (std::uint32_t i = 0; i < 4 * columns; ++i) {
      REQUIRE(b.accelerator.decoders[1].data.word<std::int32_t>(output_at + 4 * i) == all[i]);
    }
  }
  SECTION("packed") {
    b.set(base, regs::output_format,
          regs::output_kind.put(2) | regs::output_buffer.put(1) | regs::output_bias.put(4));
    b.run(base);
    const auto all = expected(data, golden::adaptivfloat(4));
    const auto packed = bit_mask::pack(std::vector<std::uint8_t>(all.begin(), all.end()), rows, columns);
    CHECK(b.get(base, regs::output_bytes) == packed.data.size());
    const auto stored = b.accelerator.decoders[1].data.read(output_at, packed.data.size());
    CHECK(std::vector<std::uint8_t>(stored.begin(), stored.end()) == packed.data);
    CHECK(b.accelerator.decoders[1].mask.word<std::uint64_t>(8) == packed.masks[1]);
  }
}

TEST_CASE("processing unit: swapping the operands' roles transposes the result") {
  auto& b = bench();
  const Data data = load_example();
  b.set(base, regs::mode, regs::mode_rows_from_decoder0.put(1));
  b.set(base, regs::rows, columns);
  b.set(base, regs::columns, rows);
  b.set(base, regs::output_stride, rows);
  b.run(base);
  const auto straight = expected(data, golden::adaptivfloat(4));
  const auto swapped = output_codes();
  for (std::uint32_t r = 0; r < rows; ++r) {
    for (std::uint32_t c = 0; c < columns; ++c) REQUIRE(swapped[c * rows + r] == straight[r * columns + c]);
  }
}

TEST_CASE("processing unit: a reduction split with KEEP gives the codes of the whole one and drains once") {
  auto& b = bench();
  const Data data = load_example();
  b.set(base, regs::rows, 16);
  b.set(base, regs::columns, 16);
  b.set(base, regs::output_stride, 16);
  b.run(base);
  const auto whole = output_codes(output_at, 256);
  b.accelerator.decoders[1].data.write(output_at, std::vector<std::uint8_t>(256, 0));

  b.set(base, regs::reduction, 64);
  b.set(base, regs::mode, regs::mode_keep.put(1));
  CHECK(b.run(base) == product::product_cycles({16, 16, 64, false, false}, 16, serial));
  CHECK(output_codes(output_at, 256) == std::vector<std::int32_t>(256, 0));
  b.set(base, regs::reduction, 6);
  b.set(base, regs::operand0_base, 64);
  b.set(base, regs::operand1_base, 64);
  b.set(base, regs::mode, regs::mode_accumulate.put(1));
  b.run(base);
  CHECK(b.error(base) == 0);
  CHECK(output_codes(output_at, 256) == whole);
  SECTION("what was kept can be continued once only") {
    expect_error(regs::Error::keep_exceeds_lanes);
  }
  SECTION("more than n x n cannot be kept") {
    b.set(base, regs::mode, regs::mode_keep.put(1));
    b.set(base, regs::rows, 17);
    expect_error(regs::Error::keep_exceeds_lanes);
  }
}

TEST_CASE(
    "processing unit: channel biases by column and by row, and row scales, come from the auxiliary buffer") {
  auto& b = bench();
  const Data data = load_example();
  std::vector<std::int16_t> channel(columns);
  std::vector<std::uint32_t> scales(rows);
  for (std::uint32_t i = 0; i < columns; ++i)
    channel[i] = static_cast<std::int16_t>(977 * static_cast<int>(i) - 9000);
  for (std::uint32_t i = 0; i < rows; ++i) scales[i] = scale_one - 40'000 * i;
  b.accelerator.auxiliary.write(64,
                                {reinterpret_cast<const std::uint8_t*>(channel.data()), channel.size() * 2});
  b.accelerator.auxiliary.write(256,
                                {reinterpret_cast<const std::uint8_t*>(scales.data()), scales.size() * 4});
  b.set(base, regs::bias_base, 64);
  b.set(base, regs::bias_fraction, 10);
  b.set(base, regs::row_scale_base, 256);
  for (const bool by_row : {false, true}) {
    b.set(base, regs::mode, regs::mode_bias_axis.put(by_row ? 2 : 1) | regs::mode_row_scale.put(1));
    b.run(base);
    golden::Saturations saturations;
    const auto axis = by_row ? golden::ProductStep::BiasAxis::row : golden::ProductStep::BiasAxis::column;
    const std::span<const std::int16_t> used(channel.data(), by_row ? rows : columns);
    const auto want = golden::product(golden::decode_matrix(data.a, rows, reduction, 3),
                                      golden::decode_matrix(data.b, columns, reduction, 2),
                                      {.scale = scales,
                                       .channel_bias = used,
                                       .channel_bias_fraction = 10,
                                       .bias_axis = axis,
                                       .output = golden::adaptivfloat(4)},
                                      saturations);
    CHECK(output_codes() == want.values);
  }
}

TEST_CASE("processing unit: every refusal is a STATUS code and an error interrupt, with no result") {
  auto& b = bench();
  load_example();
  SECTION("no rows") {
    b.set(base, regs::rows, 0);
    expect_error(regs::Error::bad_shape);
  }
  SECTION("a reduction longer than the accumulator holds") {
    b.set(base, regs::reduction, reduction_max + 1);
    expect_error(regs::Error::bad_shape);
  }
  SECTION("operand 0 outside its buffer") {
    b.set(base, regs::operand0_base, 4096 - columns * reduction + 1);
    expect_error(regs::Error::operand0_outside_buffer);
  }
  SECTION("operand 1 outside its buffer") {
    b.set(base, regs::operand1_base, 0xffffffff);
    expect_error(regs::Error::operand1_outside_buffer);
  }
  SECTION("output outside its buffer") {
    b.set(base, regs::output_base, 4096 - rows * columns + 1);
    expect_error(regs::Error::output_outside_buffer);
  }
  SECTION("output over the operand in the same buffer") {
    b.set(base, regs::output_base, rows * reduction - 1);
    expect_error(regs::Error::output_overlaps_operand);
  }
  SECTION("channel biases outside the auxiliary buffer") {
    b.set(base, regs::mode, regs::mode_bias_axis.put(1));
    b.set(base, regs::bias_base, 1024 - 2 * columns + 1);
    expect_error(regs::Error::parameters_outside_auxiliary);
  }
  SECTION("an activation that does not exist") {
    b.set(base, regs::mode, regs::mode_activation.put(7));
    expect_error(regs::Error::bad_format);
  }
  SECTION("a scale above 1") {
    b.set(base, regs::scale, scale_one + 1);
    expect_error(regs::Error::bad_format);
  }
}

TEST_CASE("processing unit: counters count MACs, gated MACs and padding exactly") {
  auto& b = bench();
  const Data data = load_example();
  const auto before = b.accelerator.processing_unit.counters.all();
  b.run(base);
  const auto& after = b.accelerator.processing_unit.counters;
  const auto grown = [&](const char* name) {
    const auto found = before.find(name);
    return after[name] - (found == before.end() ? 0 : found->second);
  };
  std::uint64_t gated = 0;
  for (std::uint32_t r = 0; r < rows; ++r) {
    for (std::uint32_t c = 0; c < columns; ++c) {
      for (std::uint32_t k = 0; k < reduction; ++k)
        gated += data.a[r * reduction + k] == 0 || data.b[c * reduction + k] == 0;
    }
  }
  CHECK(grown("macs") == rows * columns * reduction);
  CHECK(grown("macs_gated") == gated);
  CHECK(grown("mac_slots") == 2 * 2 * 5 * 16 * 16 * 16);
  CHECK(grown("output_elements") == rows * columns);
}
