// SPDX-License-Identifier: Apache-2.0
// Operands that the DMA loaded are decoded once and kept; units that work at the same time keep out of each
// other's bytes. Whatever changes an operand must reach the product, and results are golden's.
#include <algorithm>

#include "golden/product.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace pu = processing_unit;

namespace {

constexpr std::uint32_t pu_base = memory_map::processing_unit;
constexpr std::uint32_t dma_base = memory_map::dma;
constexpr std::uint32_t memory_base = memory_map::weight_memory.base;
constexpr std::uint32_t rows = 6, columns = 10, reduction = 70, stride = 72, output_at = 2048;
constexpr std::uint32_t a_at = 0, b_at = 4096, masks_at = 8192, index_base_at = 12'000,
                        index_offset_at = 12'100;

std::span<std::uint8_t> memory() {
  return bench().memory.contents();
}

/// The DMA's registers for a dense block of the memory.
void prepare_load(dma::Buffer buffer, std::uint32_t from, std::uint32_t count, std::uint32_t to = 0) {
  auto& b = bench();
  b.reset(dma_base, dma::map);
  b.set(dma_base, dma::mode, dma::mode_buffer.put(static_cast<std::uint32_t>(buffer)));
  b.set(dma_base, dma::memory_address, memory_base + from);
  b.set(dma_base, dma::memory_stride, stride);
  b.set(dma_base, dma::buffer_address, to);
  b.set(dma_base, dma::buffer_stride, stride);
  b.set(dma_base, dma::row_bytes, reduction);
  b.set(dma_base, dma::rows, count);
}

void load(dma::Buffer buffer, std::uint32_t from, std::uint32_t count) {
  prepare_load(buffer, from, count);
  bench().run(dma_base);
  REQUIRE(bench().error(dma_base) == 0);
}

/// The DMA's registers for all rows of the packed operand.
void prepare_packed_load() {
  auto& b = bench();
  b.reset(dma_base, dma::map);
  b.set(dma_base, dma::mode,
        dma::mode_operation.put(static_cast<std::uint32_t>(dma::Operation::load_packed)));
  b.set(dma_base, dma::rows, columns);
  b.set(dma_base, dma::packed_masks, memory_base + masks_at);
  b.set(dma_base, dma::packed_data, memory_base + b_at);
  b.set(dma_base, dma::packed_index_base, memory_base + index_base_at);
  b.set(dma_base, dma::packed_index_offset, memory_base + index_offset_at);
  b.set(dma_base, dma::packed_groups, bit_mask::groups(reduction));
  b.set(dma_base, dma::groups, bit_mask::groups(reduction));
}

void load_packed() {
  prepare_packed_load();
  bench().run(dma_base);
  REQUIRE(bench().error(dma_base) == 0);
}

void prepare_product(bool packed) {
  auto& b = bench();
  b.reset(pu_base, pu::map);
  b.set(pu_base, pu::rows, rows);
  b.set(pu_base, pu::columns, columns);
  b.set(pu_base, pu::reduction, reduction);
  b.set(pu_base, pu::operand0_stride, stride);
  b.set(pu_base, pu::operand0_format, pu::format_bias.put(2) | pu::format_packed.put(packed));
  b.set(pu_base, pu::operand1_stride, stride);
  b.set(pu_base, pu::operand1_format, pu::format_bias.put(3));
  b.set(pu_base, pu::output_format, pu::output_buffer.put(1) | pu::output_bias.put(4));
  b.set(pu_base, pu::output_base, output_at);
  b.set(pu_base, pu::output_stride, columns);
}

/// Fills the memory with random operands of the product; both dense.
void place_operands(std::uint32_t seed) {
  test::Random random(seed);
  const auto codes = test::random_codes(random, b_at + stride * columns);
  std::copy(codes.begin(), codes.end(), memory().begin());
  bench().memory.touch();
}

std::vector<std::uint8_t> dense(std::span<const std::uint8_t> from, std::uint32_t count) {
  std::vector<std::uint8_t> codes;
  for (std::uint32_t r = 0; r < count; ++r) {
    const auto row = from.subspan(r * stride, reduction);
    codes.insert(codes.end(), row.begin(), row.end());
  }
  return codes;
}

/// Lays the column operand out in packed form, as compile does.
bit_mask::Packed place_packed(const std::vector<std::uint8_t>& codes) {
  auto packed = bit_mask::pack(codes, columns, reduction);
  std::copy(packed.data.begin(), packed.data.end(), memory().begin() + b_at);
  std::memcpy(memory().data() + masks_at, packed.masks.data(), packed.masks.size() * 8);
  std::memset(memory().data() + index_base_at, 0, 4);
  std::uint16_t offset = 0;
  for (std::uint32_t row = 0; row < columns; ++row) {
    std::memcpy(memory().data() + index_offset_at + 2 * row, &offset, sizeof offset);
    const auto row_codes = std::span(codes).subspan(row * reduction, reduction);
    offset = static_cast<std::uint16_t>(
        offset + std::ranges::count_if(row_codes, [](auto code) { return (code & 0x7f) != 0; }));
  }
  bench().memory.touch();
  return packed;
}

std::vector<std::int32_t> expected(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  golden::Saturations saturations;
  return golden::product(golden::decode_matrix(a, rows, reduction, 3),
                         golden::decode_matrix(b, columns, reduction, 2), {.output = golden::adaptivfloat(4)},
                         saturations)
      .values;
}

std::vector<std::int32_t> expected_of_memory() {
  return expected(dense(memory().subspan(a_at), rows), dense(memory().subspan(b_at), columns));
}

std::vector<std::int32_t> run_product() {
  auto& b = bench();
  b.run(pu_base);
  REQUIRE(b.error(pu_base) == 0);
  const auto bytes = b.accelerator.decoders[1].data.read(output_at, rows * columns);
  return {bytes.begin(), bytes.end()};
}

void load_both() {
  load(dma::Buffer::data1, a_at, rows);
  load(dma::Buffer::data0, b_at, columns);
}

}  // namespace

TEST_CASE("operands: whatever changes a loaded operand reaches the next product") {
  auto& b = bench();
  place_operands(1);
  load_both();
  prepare_product(false);
  const auto first = expected_of_memory();
  CHECK(run_product() == first);
  CHECK(run_product() == first);

  SECTION("a write over the bus, then a load") {
    b.write(memory_base + b_at + 4, 0x7f7f7f7f);
    CHECK(run_product() == first);  // not loaded yet
    load_both();
    CHECK(expected_of_memory() != first);
    CHECK(run_product() == expected_of_memory());
  }
  SECTION("a flipped bit in the memory, then a load") {
    memory()[a_at + 5] ^= 0x40;
    b.memory.touch();
    load_both();
    CHECK(expected_of_memory() != first);
    CHECK(run_product() == expected_of_memory());
  }
  SECTION("a flipped bit in the buffer") {
    auto a = dense(memory().subspan(a_at), rows);
    a[5] ^= 0x40;
    b.accelerator.decoders[1].data.write(5, std::span(a).subspan(5, 1));
    const auto now = expected(a, dense(memory().subspan(b_at), columns));
    CHECK(now != first);
    CHECK(run_product() == now);
  }
  SECTION("another block in its place, then the first one again") {
    load(dma::Buffer::data0, b_at + 8, columns);
    CHECK(run_product() ==
          expected(dense(memory().subspan(a_at), rows), dense(memory().subspan(b_at + 8), columns)));
    load(dma::Buffer::data0, b_at, columns);
    CHECK(run_product() == first);
  }
  SECTION("bytes between the loaded rows are not part of the load") {
    // All but the last loaded row, so that what is read lies inside what was loaded.
    constexpr std::uint32_t fewer = rows - 1;
    b.set(pu_base, pu::reduction, stride);
    b.set(pu_base, pu::rows, fewer);
    b.set(pu_base, pu::columns, columns - 1);
    const auto wide = [&](std::uint32_t decoder, std::uint32_t count) {
      const auto bytes = b.accelerator.decoders[decoder].data.read(0, count * stride);
      return golden::decode_matrix({bytes.begin(), bytes.end()}, count, stride, decoder == 1 ? 3 : 2);
    };
    for (const std::uint8_t code : {0x31, 0x72}) {
      b.accelerator.decoders[1].data.write(stride - 1, {&code, 1});
      load(dma::Buffer::data1, a_at, rows);
      golden::Saturations saturations;
      const auto now = golden::product(wide(1, fewer), wide(0, columns - 1),
                                       {.output = golden::adaptivfloat(4)}, saturations);
      b.run(pu_base);
      for (std::uint32_t r = 0; r < fewer; ++r) {
        for (std::uint32_t c = 0; c < columns - 1; ++c) {
          CHECK(b.accelerator.decoders[1].data.read(output_at + r * columns + c, 1)[0] ==
                now.values[r * (columns - 1) + c]);
        }
      }
    }
  }
}

TEST_CASE("operands: a packed operand is decoded anew when masks or codes change") {
  auto& b = bench();
  place_operands(2);
  const auto codes = dense(memory().subspan(b_at), columns);
  const auto packed = place_packed(codes);
  load(dma::Buffer::data1, a_at, rows);
  load_packed();
  prepare_product(true);
  const auto a = dense(memory().subspan(a_at), rows);
  CHECK(run_product() == expected(a, codes));
  CHECK(run_product() == expected(a, codes));

  auto changed = codes;
  const auto last =
      std::find_if(changed.rbegin(), changed.rend(), [](auto code) { return (code & 0x7f) != 0; });
  SECTION("codes") {
    *last ^= 0x80;
    memory()[b_at + packed.data.size() - 1] ^= 0x80;
  }
  SECTION("masks") {
    // Without its last bit the last code is a zero.
    const auto position = static_cast<std::size_t>(changed.rend() - last) - 1;
    const auto column = position % reduction;
    memory()[masks_at + position / reduction * 16 + column / 8] ^= static_cast<std::uint8_t>(1 << column % 8);
    *last = 0;
  }
  b.memory.touch();
  load_packed();
  CHECK(expected(a, changed) != expected(a, codes));
  CHECK(run_product() == expected(a, changed));
}

TEST_CASE("operands: what changes in a memory after a load does not reach what was loaded") {
  auto& b = bench();
  place_operands(8);
  const auto codes = dense(memory().subspan(b_at), columns);
  const auto packed = place_packed(codes);
  load(dma::Buffer::data1, a_at, rows);
  const auto a = dense(memory().subspan(a_at), rows);
  load_packed();
  const std::uint32_t changed = memory_base + b_at + 8;
  std::uint32_t zeros = 0;
  SECTION("over the bus, by a core") {
    REQUIRE(b.write(changed, zeros).status == tlm::TLM_OK_RESPONSE);
  }
  SECTION("over the bus, by the DMA") {
    b.reset(dma_base, dma::map);
    b.set(dma_base, dma::mode,
          dma::mode_operation.put(static_cast<std::uint32_t>(dma::Operation::store)) |
              dma::mode_buffer.put(static_cast<std::uint32_t>(dma::Buffer::auxiliary)));
    b.set(dma_base, dma::memory_address, changed);
    b.set(dma_base, dma::row_bytes, 4);
    b.set(dma_base, dma::rows, 1);
    b.run(dma_base);
    REQUIRE(b.error(dma_base) == 0);
  }
  SECTION("by the back door") {
    std::memcpy(memory().data() + b_at + 8, &zeros, sizeof zeros);
    b.memory.touch();
  }
  SECTION("by a debugger") {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(changed);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&zeros));
    payload.set_data_length(sizeof zeros);
    REQUIRE(b.core->transport_dbg(payload) == sizeof zeros);
  }
  REQUIRE_FALSE(std::equal(packed.data.begin(), packed.data.end(), memory().begin() + b_at));
  const auto loaded = b.accelerator.decoders[0].data.read(0, packed.data.size());
  CHECK(std::equal(loaded.begin(), loaded.end(), packed.data.begin()));
  prepare_product(true);
  CHECK(run_product() == expected(a, codes));
}

TEST_CASE("operands: bytes beside those that a later load replaces stay") {
  auto& b = bench();
  place_operands(9);
  const auto packed = place_packed(dense(memory().subspan(b_at), columns));
  load_packed();
  prepare_load(dma::Buffer::data0, a_at, 2, 200);  // 70 of each 72 bytes
  b.run(dma_base);
  REQUIRE(b.error(dma_base) == 0);
  auto expected_bytes = packed.data;
  for (const std::uint32_t r : {0u, 1u}) {
    const auto row = memory().subspan(a_at + r * stride, reduction);
    std::copy(row.begin(), row.end(), expected_bytes.begin() + 200 + r * stride);
  }
  const auto bytes = b.accelerator.decoders[0].data.read(0, packed.data.size());
  CHECK(std::equal(bytes.begin(), bytes.end(), expected_bytes.begin()));
  // The whole of it again: nothing of the first load is left.
  load_packed();
  const auto again = b.accelerator.decoders[0].data.read(0, packed.data.size());
  CHECK(std::equal(again.begin(), again.end(), packed.data.begin()));
}

TEST_CASE(
    "operands: what a core writes by its private port reaches the product, though no generation tells") {
  auto& b = bench();
  place_operands(5);
  load_both();
  prepare_product(false);
  const auto columns_codes = dense(memory().subspan(b_at), columns);
  test::Random random(6);
  for (unsigned write = 0; write < 3; ++write) {
    const auto codes = test::random_codes(random, rows * stride);
    std::copy(codes.begin(), codes.end(), b.shared.contents().begin());  // without touch()
    prepare_load(dma::Buffer::data1, a_at, rows);
    b.set(dma_base, dma::memory_address, memory_map::system_sram.base);
    b.run(dma_base);
    REQUIRE(b.error(dma_base) == 0);
    CHECK(run_product() == expected(dense(codes, rows), columns_codes));
    CHECK(run_product() == expected(dense(codes, rows), columns_codes));
  }
}

TEST_CASE("operands: rows that a list chose are those of the list as it is") {
  auto& b = bench();
  place_operands(7);
  const auto codes = dense(memory().subspan(b_at), columns);
  place_packed(codes);
  load(dma::Buffer::data1, a_at, rows);
  prepare_product(true);
  const auto a = dense(memory().subspan(a_at), rows);

  const auto check_list = [&](Memory& where, std::uint32_t base, std::uint32_t offset,
                              const std::vector<std::uint16_t>& list) {
    std::memcpy(where.contents().data() + offset, list.data(), list.size() * 2);  // without touch()
    prepare_packed_load();
    b.set(dma_base, dma::row_list, base + offset);
    b.run(dma_base);
    REQUIRE(b.error(dma_base) == 0);
    std::vector<std::uint8_t> chosen;
    for (const std::uint16_t row : list) {
      const auto from = std::span(codes).subspan(row * reduction, reduction);
      chosen.insert(chosen.end(), from.begin(), from.end());
    }
    CHECK(run_product() == expected(a, chosen));
  };
  const std::vector<std::uint16_t> upwards{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<std::uint16_t> downwards{9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  // Two lists in the memory of the matrix, then one place of another memory with two contents.
  check_list(b.memory, memory_base, 20'000, upwards);
  check_list(b.memory, memory_base, 20'100, downwards);
  check_list(b.shared, memory_map::system_sram.base, 0, upwards);
  check_list(b.shared, memory_map::system_sram.base, 0, downwards);
}

TEST_CASE("operands: the cache drops what is too much between commands, never while one is being decoded") {
  OperandCache cache(std::size_t{1} << 16);
  const std::vector<std::uint8_t> codes(4096, 0x31);
  Stamp stamp{.memory = &cache};
  const auto view = [](std::uint32_t offset) {
    return OperandCache::View{product::Role::rows, false, offset, 1, 4096, 4096};
  };
  OperandCache::Entry& first = cache.find(stamp, view(0));
  first.operand.decode(product::Role::rows, codes, 1, 4096, 4096);
  first.valid = true;
  for (std::uint32_t offset = 1; offset < 200; ++offset) {
    OperandCache::Entry& entry = cache.find(stamp, view(offset));
    CHECK_FALSE(entry.valid);
    entry.operand.decode(product::Role::rows, codes, 1, 4096, 4096);
    entry.valid = true;
  }
  CHECK(&cache.find(stamp, view(0)) == &first);
  CHECK(cache.find(stamp, view(0)).valid);
  cache.keep_within_budget();
  CHECK_FALSE(cache.find(stamp, view(0)).valid);
}

TEST_CASE("operands: a unit keeps out of bytes another one is working on") {
  auto& b = bench();
  const auto in_use = static_cast<std::uint32_t>(unit::Error::buffer_in_use);
  place_operands(3);
  load_both();
  prepare_product(false);

  SECTION("a load into an operand of the running product is refused, one beside it is not") {
    prepare_load(dma::Buffer::data0, b_at + 8, columns);
    b.set(pu_base, unit::control, unit::control_start);
    b.set(dma_base, unit::control, unit::control_start);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_NS));
    CHECK(b.error(dma_base) == in_use);
    CHECK((b.get(pu_base, unit::status) & 1) == 1);
    b.set(dma_base, dma::buffer_address, columns * stride);
    b.set(dma_base, unit::control, unit::control_start);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_US));
    CHECK(b.error(dma_base) == 0);
    const auto bytes = b.accelerator.decoders[1].data.read(output_at, rows * columns);
    CHECK(std::vector<std::int32_t>(bytes.begin(), bytes.end()) == expected_of_memory());
  }
  SECTION("a product on an operand that is still arriving is refused") {
    prepare_load(dma::Buffer::data0, b_at + 8, columns);
    b.set(dma_base, unit::control, unit::control_start);
    b.run(pu_base);
    CHECK(b.error(pu_base) == in_use);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_US));
    CHECK(b.error(dma_base) == 0);
    b.run(pu_base);
    CHECK(b.error(pu_base) == 0);
  }
  SECTION("a store may read what the product reads") {
    prepare_load(dma::Buffer::data0, 32'768, columns);
    b.set(dma_base, dma::mode, dma::mode_operation.put(static_cast<std::uint32_t>(dma::Operation::store)));
    b.set(pu_base, unit::control, unit::control_start);
    b.run(dma_base);
    CHECK(b.error(dma_base) == 0);
    sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_US));
    CHECK(b.error(pu_base) == 0);
  }
}

TEST_CASE("activity: transfers hidden behind computation are counted to the cycle") {
  auto& b = bench();
  place_operands(4);
  load_both();
  prepare_product(false);
  const auto busy = b.accelerator.activity.busy();
  const auto overlapped = b.accelerator.activity.overlapped();
  const auto dma_before = b.accelerator.dma.time_in_commands();
  const auto pu_before = b.accelerator.processing_unit.time_in_commands();
  prepare_load(dma::Buffer::data0, b_at, 1, columns * stride);
  b.set(pu_base, unit::control, unit::control_start);
  b.run(dma_base);
  sc_core::sc_start(sc_core::sc_time(5, sc_core::SC_US));
  const auto dma_time = b.accelerator.dma.time_in_commands() - dma_before;
  const auto pu_time = b.accelerator.processing_unit.time_in_commands() - pu_before;
  REQUIRE(dma_time < pu_time);
  CHECK(b.accelerator.activity.overlapped() - overlapped == dma_time);
  CHECK(b.accelerator.activity.busy() - busy == pu_time);
}
