// SPDX-License-Identifier: Apache-2.0
// The core seen from its host: interrupts, waiting, bus timing, memory windows, code changes, breakpoints.
// The guest fragments are those of programs/host.S; expected cycle counts follow from core.hpp: one an
// instruction or trap.
#include "platform/rv32/core.hpp"

#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "contract/error.hpp"
#include "platform/rv32/elf.hpp"
#include "tests/test.hpp"

namespace {

using namespace edgebert;
using rv32::BusReply;
using rv32::Interrupt;
using rv32::StopReason;

constexpr std::uint32_t ram_base = 0x80000000;
constexpr std::uint32_t rom_base = 0x20000000;
constexpr std::uint32_t device = 0x10000000;

/// A core, 64 KiB of RAM with the fragments, 4 KiB of ROM, and a device that records what it is asked.
class Bench final : public rv32::Bus {
 public:
  struct Access {
    char kind;
    std::uint32_t address;
    std::uint32_t size;
    std::uint32_t value;
    std::uint32_t pc;
    std::uint64_t cycles_into_run;
    bool operator==(const Access&) const = default;
  };

  Bench()
      : elf(rv32::ElfFile::load(EDGEBERT_ISS_HOST_ELF)), ram(65536), rom(4096), core(*this, {.hart_id = 3}) {
    const rv32::LoadTarget target{ram_base, ram};
    elf.copy_to({&target, 1});
    core.add_memory(ram_base, ram, true);
    core.add_memory(rom_base, rom, false);
  }

  std::uint32_t at(const std::string& label) const { return elf.symbol(label).value().value; }
  void start(const std::string& label) { core.reset(at(label)); }
  void run_to(const std::string& label) {
    for (int i = 0; i < 1000 && core.pc() != at(label); ++i) core.run(1);
    REQUIRE(core.pc() == at(label));
  }
  void put(std::uint32_t address, std::uint32_t value) {
    std::memcpy(&ram.at(address - ram_base), &value, 4);
  }
  std::uint32_t get(std::uint32_t address) const {
    std::uint32_t value;
    std::memcpy(&value, &ram.at(address - ram_base), 4);
    return value;
  }

  BusReply read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) override {
    value = 0x12345678;
    accesses.push_back({'r', address, size, value, core.pc(), core.cycles_into_run()});
    if (address == device + 32) core.set_interrupt(Interrupt::machine_external, true);
    if (stop_on_access) core.request_stop();
    return {.ok = address != device + 64, .stall_cycles = stall};
  }
  BusReply write(std::uint32_t address, std::uint32_t size, std::uint32_t value) override {
    accesses.push_back({'w', address, size, value, core.pc(), core.cycles_into_run()});
    return {.ok = address != device + 64, .stall_cycles = stall};
  }

  rv32::ElfFile elf;
  std::vector<std::uint8_t> ram;
  std::vector<std::uint8_t> rom;
  std::vector<Access> accesses;
  std::uint32_t stall = 0;
  bool stop_on_access = false;
  rv32::Core core;
};

TEST_CASE("rv32 core: a budget is used exactly") {
  Bench bench;
  bench.start("count");
  const auto result = bench.core.run(1001);
  CHECK(result.reason == StopReason::budget);
  CHECK(result.cycles == 1001);
  CHECK(bench.core.reg(10) == 501);
  CHECK(bench.core.instructions() == 1001);
  CHECK(bench.core.pc() == bench.at("count") + 4);
  CHECK(bench.core.run(0).cycles == 0);
  CHECK(bench.core.cycles_into_run() == 0);
}

TEST_CASE("rv32 core: reset state") {
  Bench bench;
  bench.start("count");
  bench.core.run(10);
  bench.start("sleep");
  CHECK(bench.core.pc() == bench.at("sleep"));
  CHECK(bench.core.reg(10) == 0);
  CHECK(bench.core.cycles() == 0);
  CHECK(bench.core.instructions() == 0);
  CHECK(bench.core.privilege() == rv32::Privilege::machine);
  CHECK(bench.core.csr(rv32::csr::mstatus) == 0u);
  CHECK(bench.core.csr(rv32::csr::mhartid) == 3u);
  CHECK_FALSE(bench.core.csr(rv32::csr::time).has_value());
}

TEST_CASE(
    "rv32 core: interrupts are taken before the next instruction in the order external, software, timer") {
  Bench bench;
  bench.start("interruptible");
  bench.run_to("interruptible_loop");
  bench.core.set_interrupt(Interrupt::machine_timer, true);
  bench.core.set_interrupt(Interrupt::machine_software, true);
  bench.core.set_interrupt(Interrupt::machine_external, true);
  const auto instructions = bench.core.instructions();
  for (const auto line :
       {Interrupt::machine_external, Interrupt::machine_software, Interrupt::machine_timer}) {
    const auto code = static_cast<std::uint32_t>(line);
    const auto interrupted = bench.core.pc();
    CHECK(bench.core.run(1).cycles == 1);
    CHECK(bench.core.pc() == bench.at("vectors") + 4 * code);
    CHECK(bench.core.csr(rv32::csr::mcause) == (0x80000000 | code));
    CHECK(bench.core.csr(rv32::csr::mepc) == interrupted);
    CHECK(bench.core.csr(rv32::csr::mtval) == 0u);
    CHECK(bench.core.csr(rv32::csr::mstatus) == 0x1880u);
    bench.core.set_interrupt(line, false);
    CHECK(bench.core.run(3).cycles == 3);  // j handler, addi, mret
    CHECK(bench.core.pc() == interrupted);
  }
  CHECK(bench.core.instructions() == instructions + 9);
  CHECK(bench.core.reg(11) == 3);
  bench.core.run(1);
  CHECK(bench.core.reg(10) == 1);
}

TEST_CASE("rv32 core: a level still high is taken again after mret, never inside the handler") {
  Bench bench;
  bench.start("interruptible");
  bench.run_to("interruptible_loop");
  bench.core.set_interrupt(Interrupt::machine_timer, true);
  bench.core.run(4 * 10);  // trap, j, addi, mret
  CHECK(bench.core.reg(11) == 10);
  CHECK(bench.core.reg(10) == 0);
}

TEST_CASE("rv32 core: an interrupt raised by a bus read is taken right behind it") {
  Bench bench;
  bench.start("read_raises");
  bench.run_to("read_raises_here");
  bench.core.run(2);
  CHECK(bench.core.pc() == bench.at("vectors"));  // direct mode
  CHECK(bench.core.csr(rv32::csr::mepc) == bench.at("read_raises_here") + 4);
  CHECK(bench.core.reg(12) == 0x12345678);
  CHECK(bench.core.reg(13) == 0);
}

TEST_CASE("rv32 core: WFI waits for a pending interrupt, enabled by mstatus or not") {
  Bench bench;
  bench.start("sleep");
  const auto result = bench.core.run(1000);
  CHECK(result.reason == StopReason::wfi);
  CHECK(result.cycles == 3);  // li, csrw, wfi
  CHECK(bench.core.waiting());
  CHECK(bench.core.pc() == bench.at("awake"));
  const auto still = bench.core.run(1000);
  CHECK(still.reason == StopReason::wfi);
  CHECK(still.cycles == 0);
  bench.core.set_interrupt(Interrupt::machine_external, true);  // not enabled in mie
  CHECK(bench.core.run(1000).cycles == 0);
  bench.core.advance_cycles(500);
  bench.core.set_interrupt(Interrupt::machine_timer, true);
  CHECK(bench.core.run(3).reason == StopReason::budget);
  CHECK_FALSE(bench.core.waiting());
  CHECK(bench.core.reg(10) == 1);
  CHECK(bench.core.reg(12) == 504);  // 3 + 500 + addi
  CHECK(bench.core.reg(13) == 5);
  bench.core.run(1000);  // with the interrupt pending WFI is passed
  CHECK(bench.core.reg(10) == 201);
  bench.core.set_interrupt(Interrupt::machine_timer, false);
  CHECK(bench.core.run(1000).reason == StopReason::wfi);
  bench.core.wake();
  CHECK(bench.core.run(1).cycles == 1);
}

TEST_CASE("rv32 core: bus accesses show place and time; a write ends the run, a read does not") {
  Bench bench;
  bench.start("device_access");
  const auto result = bench.core.run(1000);
  CHECK(result.reason == StopReason::bus_write);
  CHECK(result.cycles == 4);
  CHECK(bench.core.pc() == bench.at("after_device_write"));
  const auto start = bench.at("device_access");
  const std::vector<Bench::Access> expected{{'r', device, 4, 0x12345678, start + 4, 1},
                                            {'r', device + 6, 2, 0x12345678, start + 8, 2},
                                            {'w', device + 9, 1, 0x78, start + 12, 3}};
  CHECK(bench.accesses == expected);
  CHECK(bench.core.reg(12) == 0x5678);
}

TEST_CASE("rv32 core: stall cycles count, may pass the budget, and retire nothing") {
  Bench bench;
  bench.stall = 10;
  bench.start("device_access");
  const auto result = bench.core.run(5);
  CHECK(result.reason == StopReason::budget);
  CHECK(result.cycles == 12);  // lui, lw, 10 stalls
  CHECK(bench.core.cycles() == 12);
  CHECK(bench.core.instructions() == 2);
  bench.core.run(1000);
  CHECK(bench.accesses.at(1).cycles_into_run == 0);
  CHECK(bench.accesses.at(2).cycles_into_run == 11);
  CHECK(bench.core.cycles() == 34);
}

TEST_CASE("rv32 core: a refused bus access is a precise access fault") {
  Bench bench;
  const auto [label, cause] =
      GENERATE(table<std::string, std::uint32_t>({{"refused_read", 5}, {"refused_write", 7}}));
  bench.start(label);
  bench.run_to(label + "_here");
  const auto instructions = bench.core.instructions();
  bench.core.run(1);
  CHECK(bench.core.pc() == bench.at("stay"));
  CHECK(bench.core.csr(rv32::csr::mcause) == cause);
  CHECK(bench.core.csr(rv32::csr::mepc) == bench.at(label + "_here"));
  CHECK(bench.core.csr(rv32::csr::mtval) == device + 64);
  CHECK(bench.core.instructions() == instructions);
  if (cause == 5) CHECK(bench.core.reg(11) == 7);
}

TEST_CASE("rv32 core: request_stop leaves after the accessing instruction") {
  Bench bench;
  bench.stop_on_access = true;
  bench.start("device_access");
  const auto result = bench.core.run(1000);
  CHECK(result.reason == StopReason::requested);
  CHECK(result.cycles == 2);
  CHECK(bench.core.reg(11) == 0x12345678);
}

TEST_CASE("rv32 core: stores to read-only memory fault") {
  Bench bench;
  bench.start("read_only");
  bench.core.set_reg(10, rom_base + 8);
  bench.core.set_reg(11, 0xffffffff);
  bench.run_to("stay");
  CHECK(bench.core.csr(rv32::csr::mcause) == 7u);
  CHECK(bench.core.csr(rv32::csr::mtval) == rom_base + 8);
  CHECK(bench.rom == std::vector<std::uint8_t>(4096));
  CHECK(bench.accesses.empty());
}

TEST_CASE("rv32 core: a misaligned access may span two windows, but not a read-only one when storing") {
  Bench bench;
  std::vector<std::uint8_t> low(16), high(16), fixed(16);
  bench.core.add_memory(0x30000000, low, true);
  bench.core.add_memory(0x30000010, high, true);
  bench.core.add_memory(0x30000020, fixed, false);
  low[14] = 0x11, low[15] = 0x22, high[0] = 0x33, high[1] = 0x44;
  bench.start("copy");
  bench.core.set_reg(10, 0x3000000e);
  bench.core.set_reg(11, 0x3000000d);
  bench.core.run(2);
  CHECK(bench.core.reg(12) == 0x44332211);
  CHECK(std::tuple(low[13], low[14], low[15], high[0], high[1]) == std::tuple(0x11, 0x22, 0x33, 0x44, 0x44));
  bench.start("copy");
  bench.core.set_reg(10, 0x3000000d);
  bench.core.set_reg(11, 0x3000001e);
  bench.core.run(2);
  CHECK(bench.core.csr(rv32::csr::mcause) == 7u);
  CHECK(bench.core.csr(rv32::csr::mtval) == 0x3000001eu);
  CHECK(high[14] == 0);
}

TEST_CASE("rv32 core: windows that overlap, are misaligned or leave the address space are refused") {
  Bench bench;
  std::vector<std::uint8_t> bytes(16);
  const std::span span(bytes);
  CHECK_THROWS_AS(bench.core.add_memory(ram_base + 65532, span, true), Error);
  CHECK_THROWS_AS(bench.core.add_memory(ram_base - 12, span, true), Error);
  CHECK_THROWS_AS(bench.core.add_memory(0x30000002, span, true), Error);
  CHECK_THROWS_AS(bench.core.add_memory(0x30000000, span.first(6), true), Error);
  CHECK_THROWS_AS(bench.core.add_memory(0x30000000, span.first(0), true), Error);
  CHECK_THROWS_AS(bench.core.add_memory(0xfffffff4, span, true), Error);
  CHECK_NOTHROW(bench.core.add_memory(0xfffffff0, span, true));
  CHECK_NOTHROW(bench.core.add_memory(ram_base + 65536, span, true));
}

TEST_CASE("rv32 core: code changed by the host runs after memory_changed") {
  constexpr std::uint32_t addi_a0_a0_5 = 0x00550513;
  Bench bench;
  bench.start("count");
  bench.core.run(20);
  CHECK(bench.core.reg(10) == 10);
  bench.put(bench.at("count"), addi_a0_a0_5);
  bench.core.memory_changed(bench.at("count") + 3, 1);  // any byte of it
  bench.core.run(20);
  CHECK(bench.core.reg(10) == 60);
}

TEST_CASE("rv32 core: an instruction across two pages runs and is forgotten by its second half") {
  Bench bench;
  const auto place = bench.at("crossing");
  REQUIRE(place % 4096 == 4094);
  bench.start("crossing");
  bench.core.run(20);
  CHECK(bench.core.reg(10) == 10);
  // The second half holds the immediate and the upper bit of rs1: 0x0015 becomes 0x0035, addi a0, a0, 3.
  REQUIRE(bench.ram.at(place + 2 - ram_base) == 0x15);
  bench.ram.at(place + 2 - ram_base) = 0x35;
  bench.core.memory_changed(place + 2, 2);
  bench.core.run(20);
  CHECK(bench.core.reg(10) == 40);
}

TEST_CASE("rv32 core: breakpoints stop before the instruction and are passed once") {
  Bench bench;
  bench.start("count");
  bench.core.run(5);
  bench.core.add_breakpoint(bench.at("count"));
  for (const std::uint32_t expected : {3u, 4u, 5u}) {
    const auto result = bench.core.run(1000);
    CHECK(result.reason == StopReason::breakpoint);
    CHECK(bench.core.pc() == bench.at("count"));
    CHECK(bench.core.reg(10) == expected);
  }
  CHECK(bench.core.instructions() == 10);
  bench.core.remove_breakpoint(bench.at("count"));
  CHECK(bench.core.run(100).reason == StopReason::budget);
  CHECK(bench.core.reg(10) == 55);
}

TEST_CASE("rv32 core: time comes from the time source") {
  Bench bench;
  bench.core.set_time_source([] { return 0x1122334455667788; });
  bench.start("read_time");
  bench.core.run(2);
  CHECK(bench.core.reg(10) == 0x55667788);
  CHECK(bench.core.reg(11) == 0x11223344);
  CHECK(bench.core.csr(rv32::csr::timeh) == 0x11223344u);
}

TEST_CASE("rv32 core: a write by others to the reserved word fails the store conditional") {
  Bench bench;
  const auto [offset, failed] = GENERATE(table<std::uint32_t, std::uint32_t>({{0, 1}, {3, 1}, {4, 0}}));
  bench.start("reserve");
  bench.run_to("reserved");
  bench.core.memory_changed(bench.at("cell") + offset, 1);
  bench.core.run(1);
  CHECK(bench.core.reg(12) == failed);
}

}  // namespace
