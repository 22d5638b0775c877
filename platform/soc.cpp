// SPDX-License-Identifier: Apache-2.0
#include "platform/soc.hpp"

#include <algorithm>
#include <cmath>

#include "ip/dram/lpddr4.hpp"

namespace edgebert {
namespace {

namespace map = memory_map;
using sc_core::sc_time;

sc_time nanoseconds(double value) {
  return {value, sc_core::SC_NS};
}
sc_time period(double hertz) {
  return {1.0 / hertz, sc_core::SC_SEC};
}

/// From firmware's answer to the next job: long enough for any firmware to be back at its mailbox.
constexpr double turnaround_seconds = 1e-6;

MemoryTiming timing_of(const MemoryConfig& config) {
  return {nanoseconds(config.read_latency_ns), nanoseconds(config.write_latency_ns), period(config.clock_hz),
          config.width};
}

/// Boot ROM and system SRAM, which have a private port of the core.
Memory::Parameters core_memory_of(const MemoryConfig& config, bool writable) {
  return {.bytes = config.size, .writable = writable, .private_port = true, .timing = timing_of(config)};
}

/// What a transfer without latency reaches at the clock of reset: the slower of bus and memory. At least 1.
std::uint32_t transfer_rate(const SocConfig& config, const MemoryConfig& memory) {
  const double bytes_a_second =
      std::min(config.clocks.bus_hz * config.bus.width, memory.clock_hz * memory.width);
  const double rate = bytes_a_second / config.clocks.accelerator_hz * accelerator::rate_cycles;
  return static_cast<std::uint32_t>(std::clamp(rate, 1.0, 1.0e6));
}

dram::Femtoseconds femtoseconds(double nanoseconds) {
  return static_cast<dram::Femtoseconds>(std::llround(nanoseconds * 1e6));
}

std::unique_ptr<Memory> make_weight_memory(const SocConfig& config) {
  const MemoryConfig& memory = config.memory.weight_memory;
  if (config.memory.weight_memory_kind == MemoryKind::sram)
    return std::make_unique<Memory>("weight_memory",
                                    Memory::Parameters{.bytes = memory.size, .timing = timing_of(memory)});
  const SocConfig::Lpddr4& dram = config.lpddr4;
  return std::make_unique<Lpddr4>(
      "weight_memory",
      Lpddr4::Parameters{.bytes = memory.size,
                         .cycle = period(memory.clock_hz),
                         .width = memory.width,
                         .timing = {.row_bytes = dram.row,
                                    .banks = dram.banks,
                                    .cas = femtoseconds(dram.cas_ns),
                                    .activate = femtoseconds(dram.activate_ns),
                                    .precharge = femtoseconds(dram.precharge_ns),
                                    .refresh_interval = femtoseconds(dram.refresh_interval_ns),
                                    .refresh_duration = femtoseconds(dram.refresh_duration_ns)}});
}

}  // namespace

Soc::Soc(sc_core::sc_module_name name, const SocConfig& config)
    : sc_module(name),
      accelerator_clock(config.clocks.accelerator_hz),
      core_clock(config.clocks.core_hz),
      bus_clock(config.clocks.bus_hz),
      boot_rom("boot_rom", core_memory_of(config.memory.boot_rom, false)),
      system_sram("system_sram", core_memory_of(config.memory.system_sram, true)),
      weight_memory_(make_weight_memory(config)),
      weight_memory(*weight_memory_),
      envm("envm", {.bytes = config.memory.envm.size,
                    .read_latency = nanoseconds(config.memory.envm.read_latency_ns),
                    .cycle = period(config.memory.envm.clock_hz),
                    .width = config.memory.envm.width,
                    .read_ports = config.memory.envm_read_ports}),
      accelerator("accelerator",
                  {.lanes = config.pu.vmac_lanes,
                   .product_costs = config.timing.pu,
                   .sfu_costs = config.timing.sfu,
                   .arithmetic = config.numerics == NumericsPreset::exact ? product::Arithmetic::exact
                                                                          : product::Arithmetic::published,
                   .data_bytes = config.buffers.data,
                   .mask_bytes = config.buffers.mask,
                   .auxiliary_bytes = config.buffers.auxiliary,
                   .bus_width = config.bus.width,
                   .sram_bytes = static_cast<std::uint32_t>(config.memory.system_sram.size),
                   .sram_rate = transfer_rate(config, config.memory.system_sram),
                   .weight_rate = transfer_rate(config, config.memory.weight_memory),
                   .dvfs = {.curve = dvfs::VfCurve(config.dvfs.points),
                            .ldo = config.dvfs.ldo,
                            .adpll = config.dvfs.adpll,
                            .lookup = config.timing.sfu.dvfs_lookup}},
                  accelerator_clock),
      interrupt_controller("interrupt_controller"),
      timer("timer", core_clock),
      watchdog("watchdog", core_clock),
      console("console"),
      mailbox("mailbox", core_clock.time(core_clock.cycles(sc_time(turnaround_seconds, sc_core::SC_SEC)))),
      exit_device("exit_device"),
      bus("bus", {.cycle = bus_clock.period(),
                  .width = config.bus.width,
                  .register_latency = config.bus.register_latency,
                  .burst_overhead = config.bus.burst_overhead}),
      cpu("cpu", core_clock, config.core.quantum) {
  cpu.bus.bind(bus.core);
  accelerator.dma.bus.bind(bus.dma);
  bus.on_core_beat([this] {
    if (accelerator.dma.busy()) accelerator.dma.lose(accelerator_clock.cycles(bus.cycle()), &Stalls::bus);
  });
  map_memories();
  map_devices();
  connect_interrupts();
}

void Soc::map_memories() {
  bus.map_memory(map::boot_rom.base, boot_rom);
  bus.map_memory(map::system_sram.base, system_sram);
  bus.map_memory(map::weight_memory.base, weight_memory);
  bus.map_memory(map::envm.base, envm);
  cpu.add_memory(map::boot_rom.base, boot_rom.contents(), false);
  cpu.add_memory(map::system_sram.base, system_sram.contents(), true);
  system_sram.on_write([this](std::uint64_t offset, std::size_t bytes) {
    cpu.memory_changed(map::system_sram.base + static_cast<std::uint32_t>(offset),
                       static_cast<std::uint32_t>(bytes));
  });
}

void Soc::map_devices() {
  for (const auto& [base, block] : accelerator.register_blocks()) {
    bus.map_registers(base, map::unit_room, block->socket);
  }
  bus.map_registers(map::interrupt_controller.base, map::interrupt_controller.room,
                    interrupt_controller.socket);
  bus.map_registers(map::timer.base, map::timer.room, timer.socket);
  bus.map_registers(map::watchdog.base, map::watchdog.room, watchdog.socket);
  bus.map_registers(map::console.base, map::console.room, console.socket);
  bus.map_registers(map::exit_device.base, map::exit_device.room, exit_device.socket);
  bus.map_registers(map::mailbox.base, map::mailbox.room, mailbox.socket);
}

void Soc::connect_interrupts() {
  const auto line = [this](map::InterruptLine which) {
    return [this, index = static_cast<unsigned>(which)](bool level) {
      interrupt_controller.set_line(index, level);
    };
  };
  unsigned index = 0;
  for (const auto& [name, unit] : accelerator.units()) {
    unit->interrupt.connect(line(static_cast<map::InterruptLine>(index++)));
  }
  mailbox.interrupt.connect(line(map::InterruptLine::mailbox));
  watchdog.interrupt.connect(line(map::InterruptLine::watchdog));
  timer.interrupt.connect([this](bool level) { cpu.set_interrupt(rv32::Interrupt::machine_timer, level); });
  interrupt_controller.to_core.connect(
      [this](bool level) { cpu.set_interrupt(rv32::Interrupt::machine_external, level); });
}

std::pair<Memory*, std::uint64_t> Soc::memory_at(std::uint64_t address) {
  for (const map::Region& region : {map::boot_rom, map::system_sram, map::weight_memory, map::envm}) {
    Memory* memory = memory_named(region.name);
    if (address >= region.base && address - region.base < memory->size())
      return {memory, address - region.base};
  }
  return {nullptr, 0};
}

Memory* Soc::memory_named(const std::string& name) {
  if (name == map::boot_rom.name) return &boot_rom;
  if (name == map::system_sram.name) return &system_sram;
  if (name == map::weight_memory.name) return &weight_memory;
  if (name == map::envm.name) return &envm;
  return nullptr;
}

}  // namespace edgebert
