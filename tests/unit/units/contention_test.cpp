// SPDX-License-Identifier: Apache-2.0
// Shared resources, to the cycle: the single port of a data buffer, and the bus that the core takes from the
// DMA.
#include "ip/common/buffer_port.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/pu/product_cost.hpp"
#include "ip/pu/product_ports.hpp"
#include "tests/test.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace pu = processing_unit;

namespace {

constexpr std::uint32_t pu_base = memory_map::processing_unit;
constexpr std::uint32_t dma_base = memory_map::dma;
constexpr product::Shape shape{.rows = 16, .columns = 16, .reduction = 64};
constexpr std::uint32_t lanes = 16;

/// A product of 16 x 16 over 64; operands at 0 of both buffers, the result at 2048 of data buffer 1.
void prepare_product() {
  auto& b = bench();
  b.reset(pu_base, pu::map);
  b.set(pu_base, pu::rows, shape.rows);
  b.set(pu_base, pu::columns, shape.columns);
  b.set(pu_base, pu::reduction, shape.reduction);
  b.set(pu_base, pu::operand0_stride, shape.reduction);
  b.set(pu_base, pu::operand1_stride, shape.reduction);
  b.set(pu_base, pu::output_format, pu::output_buffer.put(1));
  b.set(pu_base, pu::output_base, 2048);
  b.set(pu_base, pu::output_stride, shape.columns);
}

/// A load of `bytes` to 1024 of a buffer.
void prepare_load(dma::Buffer buffer, std::uint32_t bytes) {
  auto& b = bench();
  b.reset(dma_base, dma::map);
  b.set(dma_base, dma::mode, dma::mode_buffer.put(static_cast<std::uint32_t>(buffer)));
  b.set(dma_base, dma::memory_address, memory_map::weight_memory.base);
  b.set(dma_base, dma::memory_stride, bytes);
  b.set(dma_base, dma::buffer_address, buffer == dma::Buffer::data0 ? 1024 : 0);
  b.set(dma_base, dma::buffer_stride, bytes);
  b.set(dma_base, dma::row_bytes, bytes);
  b.set(dma_base, dma::rows, 1);
}

void start(std::uint32_t unit) {
  bench().set(unit, unit::control, unit::control_start);
}

void let_finish() {
  sc_core::sc_start(sc_core::sc_time(20, sc_core::SC_US));
}

Cycles cycles_in_commands(const Unit& unit) {
  return unit.total_busy_cycles() + unit.total_stalls().total();
}

}  // namespace

TEST_CASE("contention: a load into a buffer that a product reads takes its port cycles from the product") {
  auto& b = bench();
  const Unit& product_unit = b.accelerator.processing_unit;
  prepare_product();
  prepare_load(dma::Buffer::data0, 1024);
  const Stalls stalls_before = product_unit.total_stalls();
  const Cycles busy_before = product_unit.total_busy_cycles();
  const auto time_before = product_unit.time_in_commands();
  start(pu_base);
  start(dma_base);
  let_finish();
  REQUIRE(b.error(dma_base) == 0);
  REQUIRE(b.error(pu_base) == 0);

  const Cycles alone = product::product_cycles(shape, lanes, product::costs_of(TimingPreset::serial, lanes));
  // 128 beats of 2 ns behind 44 ns of overhead and latency, and one cycle to finish.
  const Cycles transfer = 44 + 256 + 1;
  const PortDemand load{transfer, 128};
  const PortDemand product_left{alone, product::operand_port_cycles(shape, lanes)};
  const Cycles lost = port_conflict(load, product_left);
  CHECK(lost > 0);
  CHECK(product_unit.total_stalls().port - stalls_before.port == lost);
  CHECK(product_unit.total_busy_cycles() - busy_before == alone);
  CHECK(product_unit.time_in_commands() - time_before == b.accelerator_clock.time(alone + lost));
}

TEST_CASE("contention: a load into another buffer costs a product nothing") {
  auto& b = bench();
  prepare_product();
  prepare_load(dma::Buffer::auxiliary, 512);
  const Stalls before = b.accelerator.processing_unit.total_stalls();
  start(pu_base);
  start(dma_base);
  let_finish();
  CHECK(b.error(dma_base) == 0);
  CHECK(b.accelerator.processing_unit.total_stalls() == before);
}

TEST_CASE("contention: a product that starts during a load loses to what is left of it") {
  auto& b = bench();
  prepare_product();
  prepare_load(dma::Buffer::data0, 1024);
  const Cycles before = b.accelerator.processing_unit.total_stalls().port;
  start(dma_base);
  sc_core::sc_start(sc_core::sc_time(200, sc_core::SC_NS));
  start(pu_base);
  let_finish();
  const Cycles left = 301 - 200;
  const Cycles alone = product::product_cycles(shape, lanes, product::costs_of(TimingPreset::serial, lanes));
  const PortDemand rest{left, 128 * left / 301};
  CHECK(b.accelerator.processing_unit.total_stalls().port - before ==
        port_conflict(rest, {alone, product::operand_port_cycles(shape, lanes)}));
}

TEST_CASE("contention: each beat the core takes from the bus moves a transfer's completion by a bus cycle") {
  auto& b = bench();
  Unit& transfer = b.accelerator.dma;
  b.bus.on_core_beat([&] { transfer.lose(b.accelerator_clock.cycles(b.bus.cycle()), &Stalls::bus); });
  prepare_load(dma::Buffer::data0, 1024);
  const auto before = transfer.time_in_commands();
  const Stalls stalls = transfer.total_stalls();
  const Cycles counted = cycles_in_commands(transfer);
  start(dma_base);  // the start itself comes before the transfer
  for (unsigned access = 0; access < 5; ++access) {
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_NS));
    b.get(pu_base, unit::status);
  }
  // Two more after its original end, in the time it makes up for what it lost.
  sc_core::sc_start(sc_core::sc_time(301 - 50, sc_core::SC_NS));
  b.get(pu_base, unit::status);
  b.get(pu_base, unit::status);
  let_finish();
  b.bus.on_core_beat(nullptr);
  constexpr Cycles bus_cycle = 2;  // of the accelerator's
  CHECK(transfer.time_in_commands() - before == b.accelerator_clock.time(301 + 7 * bus_cycle));
  CHECK(cycles_in_commands(transfer) - counted == 301 + 7 * bus_cycle);
  // Waiting: 4 ns of burst overhead, 40 ns of latency, and what the core took.
  CHECK(transfer.total_stalls().bus - stalls.bus == 4 + 7 * bus_cycle);
  CHECK(transfer.total_stalls().memory - stalls.memory == 40);
}
