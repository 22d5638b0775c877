// SPDX-License-Identifier: Apache-2.0
#include "ip/dma/dma_regs.hpp"
#include "ip/pu/bit_mask.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace regs = dma;

namespace {

constexpr std::uint32_t base = memory_map::dma;
constexpr std::uint32_t memory_base = memory_map::weight_memory.base;

void set_mode(regs::Operation operation, regs::Buffer buffer) {
  bench().set(base, regs::mode,
              regs::mode_operation.put(static_cast<std::uint32_t>(operation)) |
                  regs::mode_buffer.put(static_cast<std::uint32_t>(buffer)));
}

void fill_memory() {
  auto bytes = bench().memory.contents();
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
}

void expect_error(regs::Error error) {
  bench().run(base);
  CHECK(bench().error(base) == static_cast<std::uint32_t>(error));
}

/// A packed matrix in memory as compile lays it out: masks at 0, data at 8192, bases at 16384, offsets at
/// 17000.
std::vector<std::uint8_t> place_packed(std::uint32_t rows, std::uint32_t columns) {
  test::Random random(41);
  const auto codes = test::random_codes(random, rows * columns, 160);
  auto memory = bench().memory.contents();
  std::uint32_t start = 0;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const auto row = bit_mask::pack(std::span(codes).subspan(r * columns, columns), 1, columns);
    std::memcpy(memory.data() + r * row.masks.size() * 8, row.masks.data(), row.masks.size() * 8);
    std::memcpy(memory.data() + 8192 + start, row.data.data(), row.data.size());
    std::uint32_t group_base = 0;
    if (r % index_rows(2) == 0) {
      std::memcpy(memory.data() + 16384 + r / index_rows(2) * 4, &start, 4);
      group_base = start;
    } else {
      std::memcpy(&group_base, memory.data() + 16384 + r / index_rows(2) * 4, 4);
    }
    const auto offset = static_cast<std::uint16_t>(start - group_base);
    std::memcpy(memory.data() + 17000 + 2 * r, &offset, 2);
    start += static_cast<std::uint32_t>(row.data.size());
  }
  bench().memory.touch();
  auto& b = bench();
  b.set(base, regs::packed_masks, memory_base);
  b.set(base, regs::packed_data, memory_base + 8192);
  b.set(base, regs::packed_index_base, memory_base + 16384);
  b.set(base, regs::packed_index_offset, memory_base + 17000);
  b.set(base, regs::packed_groups, bit_mask::groups(columns));
  b.set(base, regs::groups, bit_mask::groups(columns));
  return codes;
}

std::vector<std::uint8_t> unpack_buffer(unsigned buffer, std::uint32_t data, std::uint32_t mask,
                                        std::uint32_t rows, std::uint32_t columns) {
  const auto& decoder = bench().accelerator.decoders[buffer];
  std::vector<std::uint8_t> codes;
  const auto consumed =
      bit_mask::unpack(decoder.mask.read(mask, rows * bit_mask::groups(columns) * 8),
                       decoder.data.read(data, decoder.data.size() - data), rows, columns, codes);
  CHECK(consumed == bench().get(base, regs::loaded_bytes));
  return codes;
}

}  // namespace

TEST_CASE("DMA: a strided block goes out and comes back, in exact time") {
  auto& b = bench();
  b.reset(base, regs::map);
  fill_memory();
  set_mode(regs::Operation::load, regs::Buffer::data1);
  b.set(base, regs::memory_address, memory_base + 64);
  b.set(base, regs::memory_stride, 200);
  b.set(base, regs::buffer_address, 512);
  b.set(base, regs::buffer_stride, 48);
  b.set(base, regs::row_bytes, 40);
  b.set(base, regs::rows, 5);
  // Per row: 2 bus cycles of overhead, 40 ns latency, 5 beats of 2 ns: 54 ns; one accelerator cycle to
  // finish.
  CHECK(b.run(base) == 5 * 54 + 1);
  CHECK(b.error(base) == 0);
  for (std::uint32_t r = 0; r < 5; ++r) {
    const auto row = b.accelerator.decoders[1].data.read(512 + 48 * r, 40);
    CHECK(std::equal(row.begin(), row.end(), b.memory.contents().begin() + 64 + 200 * r));
  }
  set_mode(regs::Operation::store, regs::Buffer::data1);
  b.set(base, regs::memory_address, memory_base + 30'000);
  b.set(base, regs::memory_stride, 40);
  const auto generation = b.memory.generation();
  // One contiguous run: 4 ns + 40 ns + 25 beats.
  CHECK(b.run(base) == 4 + 40 + 50 + 1);
  CHECK(b.memory.generation() > generation);
  for (std::uint32_t r = 0; r < 5; ++r) {
    CHECK(std::equal(b.memory.contents().begin() + 30'000 + 40 * r,
                     b.memory.contents().begin() + 30'040 + 40 * r,
                     b.memory.contents().begin() + 64 + 200 * r));
  }
}

TEST_CASE("DMA: a memory stride of 0 repeats one row, and bursts are at most 256 beats") {
  auto& b = bench();
  b.reset(base, regs::map);
  fill_memory();
  set_mode(regs::Operation::load, regs::Buffer::auxiliary);
  b.set(base, regs::memory_address, memory_base + 8);
  b.set(base, regs::buffer_stride, 16);
  b.set(base, regs::row_bytes, 16);
  b.set(base, regs::rows, 3);
  b.run(base);
  for (const std::uint32_t r : {0u, 1u, 2u}) {
    const auto row = b.accelerator.auxiliary.read(16 * r, 16);
    CHECK(std::equal(row.begin(), row.end(), b.memory.contents().begin() + 8));
  }
  set_mode(regs::Operation::load, regs::Buffer::data0);
  b.set(base, regs::rows, 1);
  b.set(base, regs::row_bytes, 2056);
  // 257 beats: two bursts.
  CHECK(b.run(base) == 2 * 44 + 514 + 1);
}

TEST_CASE("DMA: a block of rows takes what its rows take one by one") {
  auto& b = bench();
  b.reset(base, regs::map);
  set_mode(regs::Operation::load, regs::Buffer::data0);
  test::Random random(43);
  for (int block = 0; block < 60; ++block) {
    const auto below = [&random](std::uint32_t limit) {
      return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random);
    };
    const std::uint32_t rows = 2 + below(6);
    const std::uint32_t row_bytes = 1 + below(500);
    // A run of bytes is not a block: its bursts may reach over rows.
    const std::uint32_t stride =
        row_bytes + 1 + below(2) * below(40) + (8 - (row_bytes + 1) % 8) % 8 * below(2);
    const std::uint32_t address = memory_base + below(3000);
    b.set(base, regs::row_bytes, row_bytes);
    b.set(base, regs::memory_stride, stride);
    b.set(base, regs::buffer_stride, row_bytes);
    b.set(base, regs::buffer_address, 0);
    b.set(base, regs::memory_address, address);
    b.set(base, regs::rows, rows);
    const Cycles at_once = b.run(base);
    const std::uint64_t beats = b.bus.dma_beats();
    b.set(base, regs::rows, 1);
    Cycles one_by_one = 0;
    for (std::uint32_t r = 0; r < rows; ++r) {
      b.set(base, regs::memory_address, address + r * stride);
      one_by_one += b.run(base);
    }
    // Each command's end is rounded up to a cycle; a beat of the bus takes two.
    CHECK(at_once <= one_by_one);
    CHECK(one_by_one - at_once < rows);
    b.set(base, regs::memory_address, address);
    b.set(base, regs::rows, rows);
    const std::uint64_t singly = b.bus.dma_beats() - beats;
    b.run(base);
    CHECK(b.bus.dma_beats() - beats == 2 * singly);
  }
}

TEST_CASE("DMA: packed rows, all of them, some columns of some, and gathered by a list") {
  auto& b = bench();
  b.reset(base, regs::map);
  const std::uint32_t rows = 70, columns = 100;
  const auto codes = place_packed(rows, columns);
  set_mode(regs::Operation::load_packed, regs::Buffer::data0);
  b.set(base, regs::buffer_address, 24);
  b.set(base, regs::mask_address, 16);

  SECTION("consecutive whole rows across an index base") {
    b.set(base, regs::first_row, 55);
    b.set(base, regs::rows, 15);
    b.run(base);
    REQUIRE(b.error(base) == 0);
    CHECK(unpack_buffer(0, 24, 16, 15, columns) ==
          std::vector<std::uint8_t>(codes.begin() + 55 * columns, codes.end()));
  }
  SECTION("the second group of each row") {
    b.set(base, regs::first_row, 62);
    b.set(base, regs::rows, 8);
    b.set(base, regs::first_group, 1);
    b.set(base, regs::groups, 1);
    b.run(base);
    REQUIRE(b.error(base) == 0);
    const auto part = unpack_buffer(0, 24, 16, 8, 36);
    for (std::uint32_t r = 0; r < 8; ++r) {
      CHECK(std::equal(part.begin() + 36 * r, part.begin() + 36 * (r + 1),
                       codes.begin() + (62 + r) * columns + 64));
    }
  }
  SECTION("a list of rows") {
    const std::uint16_t list[] = {69, 0, 64, 0};
    std::memcpy(b.memory.contents().data() + 20'000, list, sizeof list);
    b.set(base, regs::row_list, memory_base + 20'000);
    b.set(base, regs::rows, 4);
    b.run(base);
    REQUIRE(b.error(base) == 0);
    const auto gathered = unpack_buffer(0, 24, 16, 4, columns);
    for (std::uint32_t r = 0; r < 4; ++r) {
      CHECK(std::equal(gathered.begin() + columns * r, gathered.begin() + columns * (r + 1),
                       codes.begin() + list[r] * columns));
    }
  }
  SECTION("more codes than the buffer holds") {
    b.set(base, regs::buffer_address, 4090);
    b.set(base, regs::rows, 10);
    expect_error(regs::Error::outside_buffer);
  }
  SECTION("groups that the matrix does not have") {
    b.set(base, regs::rows, 1);
    b.set(base, regs::first_group, 1);
    expect_error(regs::Error::bad_shape);
  }
}

TEST_CASE("DMA: refusals and bus errors are STATUS codes; the fault's address is readable") {
  auto& b = bench();
  b.reset(base, regs::map);
  set_mode(regs::Operation::load, regs::Buffer::data0);
  b.set(base, regs::memory_address, memory_base + 64 * 1024 - 8);
  b.set(base, regs::memory_stride, 64);
  b.set(base, regs::row_bytes, 8);
  b.set(base, regs::rows, 2);
  SECTION("past the end of a memory") {
    expect_error(regs::Error::bus_error);
    CHECK(b.get(base, regs::fault_address) == memory_base + 64 * 1024 + 56);
    CHECK(std::string(b.bus.last_fault()->initiator) == "DMA");
  }
  SECTION("a store to the read-only memory") {
    set_mode(regs::Operation::store, regs::Buffer::data0);
    b.set(base, regs::memory_address, memory_map::envm.base);
    expect_error(regs::Error::bus_error);
    CHECK(b.get(base, regs::fault_address) == memory_map::envm.base);
  }
  SECTION("a load from registers") {
    b.set(base, regs::memory_address, memory_map::dma);
    expect_error(regs::Error::bus_error);
  }
  SECTION("outside the buffer") {
    b.set(base, regs::buffer_address, 4089);
    expect_error(regs::Error::outside_buffer);
  }
  SECTION("no rows") {
    b.set(base, regs::rows, 0);
    expect_error(regs::Error::bad_shape);
  }
  SECTION("a buffer that does not exist") {
    b.set(base, regs::mode, regs::mode_buffer.put(5));
    expect_error(regs::Error::bad_shape);
  }
}
