// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/units/test_bench.hpp"

namespace edgebert::test {
namespace {

namespace map = memory_map;

MemoryTiming memory_timing(double latency_ns) {
  const sc_core::sc_time latency(latency_ns, sc_core::SC_NS);
  return {latency, latency, sc_core::sc_time(2, sc_core::SC_NS), 8};
}

}  // namespace

TestBench::TestBench(sc_core::sc_module_name name)
    : sc_module(name),
      memory("memory", {.bytes = 64 * 1024, .writable = true, .timing = memory_timing(40)}),
      read_only("read_only", {.bytes = 4096, .writable = false, .timing = memory_timing(2)}),
      shared("shared", {.bytes = 16 * 1024, .private_port = true, .timing = memory_timing(2)}),
      accelerator("accelerator",
                  {.lanes = 16,
                   .product_costs = product::costs_of(TimingPreset::serial, 16),
                   .sfu_costs = sfu::costs_of(TimingPreset::serial),
                   .data_bytes = 4096,
                   .mask_bytes = 512,
                   .auxiliary_bytes = 1024,
                   .bus_width = 8,
                   .sram_bytes = 0,
                   .sram_rate = 1024,
                   .weight_rate = 1024},
                  accelerator_clock),
      published_unit("published_unit",
                     {.lanes = 16,
                      .costs = product::costs_of(TimingPreset::serial, 16),
                      .arithmetic = product::Arithmetic::published},
                     accelerator.decoders, accelerator.auxiliary, accelerator_clock),
      interrupts("interrupts"),
      timer("timer", bus_clock),
      watchdog("watchdog", bus_clock),
      console("console"),
      exit_device("exit_device"),
      mailbox("mailbox", sc_core::sc_time(10, sc_core::SC_NS)),
      bus("bus", {.cycle = bus_clock.period(), .width = 8, .register_latency = 4, .burst_overhead = 2}) {
  core.bind(bus.core);
  accelerator.dma.bus.bind(bus.dma);
  bus.map_memory(map::weight_memory.base, memory);
  bus.map_memory(map::envm.base, read_only);
  bus.map_memory(map::system_sram.base, shared);
  for (const auto& [base, block] : accelerator.register_blocks()) {
    bus.map_registers(base, map::unit_room, block->socket);
  }
  bus.map_registers(published_unit_base, map::unit_room, published_unit.socket);
  bus.map_registers(map::interrupt_controller.base, map::interrupt_controller.room, interrupts.socket);
  bus.map_registers(map::timer.base, map::timer.room, timer.socket);
  bus.map_registers(map::watchdog.base, map::watchdog.room, watchdog.socket);
  bus.map_registers(map::console.base, map::console.room, console.socket);
  bus.map_registers(map::exit_device.base, map::exit_device.room, exit_device.socket);
  bus.map_registers(map::mailbox.base, map::mailbox.room, mailbox.socket);
  for (const auto& [unit_name, unit] : accelerator.units()) {
    unit->observer = [this](const Tile& tile) {
      tiles.push_back(tile);
      tile_values.emplace_back(tile.values.begin(), tile.values.end());
    };
  }
}

Access TestBench::transport(tlm::tlm_command command, std::uint32_t address, std::uint32_t value,
                            unsigned bytes, WriteExtension* extension) {
  tlm::tlm_generic_payload payload;
  if (extension != nullptr) payload.set_extension(extension);
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  sc_core::sc_time delay;
  core->b_transport(payload, delay);
  if (extension != nullptr) payload.clear_extension(extension);
  return {payload.get_response_status(), value};
}

Access TestBench::read(std::uint32_t address, unsigned bytes) {
  return transport(tlm::TLM_READ_COMMAND, address, 0, bytes);
}

Access TestBench::write(std::uint32_t address, std::uint32_t value, unsigned bytes) {
  return transport(tlm::TLM_WRITE_COMMAND, address, value, bytes);
}

void TestBench::set(std::uint32_t unit, const Register& reg, std::uint32_t value) {
  if (write(unit + reg.offset, value).status != tlm::TLM_OK_RESPONSE)
    throw std::runtime_error(std::string("cannot write ") + reg.name);
}

std::uint32_t TestBench::get(std::uint32_t unit, const Register& reg) {
  const Access access = read(unit + reg.offset);
  if (access.status != tlm::TLM_OK_RESPONSE) throw std::runtime_error(std::string("cannot read ") + reg.name);
  return access.value;
}

bool TestBench::notifies(std::uint32_t unit, const Register& reg, std::uint32_t value) {
  WriteExtension extension;
  transport(tlm::TLM_WRITE_COMMAND, unit + reg.offset, value, 4, &extension);
  return !extension.notified_nothing;
}

Cycles TestBench::run(std::uint32_t unit) {
  set(unit, unit::interrupt, unit::interrupt_done | unit::interrupt_error);
  set(unit, unit::control, unit::control_start);
  // Looks half a cycle after each edge: sc_start() returns before the events of its last moment.
  const sc_core::sc_time period = accelerator_clock.period();
  sc_core::sc_start(period / 2.0);
  Cycles cycles = 0;
  for (; (get(unit, unit::status) & unit::status_busy.put(1)) != 0; ++cycles) sc_core::sc_start(period);
  return cycles;
}

std::uint32_t TestBench::error(std::uint32_t unit) {
  return unit::status_error.get(get(unit, unit::status));
}

void TestBench::reset(std::uint32_t unit, std::span<const Register> registers) {
  for (const Register& reg : registers) {
    if (reg.access == edgebert::Access::read_write) set(unit, reg, reg.reset);
  }
  set(unit, unit::interrupt, unit::interrupt_done | unit::interrupt_error);
  tiles.clear();
  tile_values.clear();
}

TestBench& bench() {
  static TestBench* instance = [] {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    auto* made = new TestBench("bench");
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    return made;
  }();
  return *instance;
}

}  // namespace edgebert::test

// libsystemc's own main() refers to it; Catch2's main() is used instead.
int sc_main(int, char**) {
  return 0;
}
