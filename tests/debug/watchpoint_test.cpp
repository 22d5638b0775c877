// SPDX-License-Identifier: Apache-2.0
// The core's watchpoints, breakpoints that come and go, and CSRs written between runs.
#include <array>
#include <cstring>
#include <vector>

#include "platform/rv32/core.hpp"
#include "platform/rv32/csr.hpp"
#include "tests/test.hpp"

using namespace edgebert::rv32;

namespace {

class NoBus : public Bus {
  BusReply read(std::uint32_t, std::uint32_t, std::uint32_t&) override { return {false}; }
  BusReply write(std::uint32_t, std::uint32_t, std::uint32_t) override { return {false}; }
};

struct Machine {
  NoBus bus;
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(4096);
  Core core{bus, {}};

  explicit Machine(std::initializer_list<std::uint32_t> code) {
    std::memcpy(memory.data(), std::data(code), 4 * code.size());
    core.add_memory(0, memory, true);
    core.reset(0);
  }
};

constexpr std::uint32_t lw_a0_256 = 0x10002503;    // lw a0, 256(zero)
constexpr std::uint32_t sw_a0_256 = 0x10a02023;    // sw a0, 256(zero)
constexpr std::uint32_t sb_a0_259 = 0x10a001a3;    // sb a0, 259(zero)
constexpr std::uint32_t addi_a1 = 0x10000593;      // li a1, 256
constexpr std::uint32_t amoadd = 0x00a5a62f;       // amoadd.w a2, a0, (a1)
constexpr std::uint32_t jump_back_4 = 0xffdff06f;  // j -4

}  // namespace

TEST_CASE("watchpoint: after the access, of the right kind, at any overlap, from a fast path too") {
  Machine machine{lw_a0_256, sw_a0_256, sb_a0_259, lw_a0_256, addi_a1, amoadd};
  REQUIRE(machine.core.run(3).reason == StopReason::budget);  // the fast path knows this memory now
  machine.core.set_pc(0);
  machine.core.add_watchpoint({258, 2, false, true});
  auto result = machine.core.run(100);
  CHECK(result.reason == StopReason::watchpoint);
  CHECK(result.cycles == 2);
  CHECK(machine.core.pc() == 8);
  CHECK(machine.core.watch_hit().address == 258);
  CHECK(machine.core.run(100).reason == StopReason::watchpoint);
  CHECK(machine.core.pc() == 12);
  machine.core.remove_watchpoint({258, 2, false, true});
  machine.core.add_watchpoint({256, 1, true, false});
  CHECK(machine.core.run(100).reason == StopReason::watchpoint);
  CHECK(machine.core.pc() == 16);
  CHECK(machine.core.run(100).reason == StopReason::watchpoint);
  CHECK(machine.core.pc() == 24);
  CHECK(machine.core.reg(12) == 0);
}

TEST_CASE("watchpoint: a removed one stops nothing, and results are the same with one") {
  Machine watched{lw_a0_256, sw_a0_256, jump_back_4};
  Machine plain{lw_a0_256, sw_a0_256, jump_back_4};
  watched.core.add_watchpoint({1024, 4, true, true});
  CHECK(watched.core.run(1000).reason == StopReason::budget);
  CHECK(plain.core.run(1000).reason == StopReason::budget);
  CHECK(watched.core.pc() == plain.core.pc());
  CHECK(watched.core.instructions() == plain.core.instructions());
  watched.core.remove_watchpoint({1024, 4, true, true});
  CHECK(watched.core.run(1000).cycles == 1000);
}

TEST_CASE("breakpoint: taken out, passed and set again, it stops again") {
  Machine machine{lw_a0_256, sw_a0_256, jump_back_4};
  machine.core.add_breakpoint(4);
  CHECK(machine.core.run(100).reason == StopReason::breakpoint);
  machine.core.remove_breakpoint(4);
  CHECK(machine.core.run(1).reason == StopReason::budget);
  machine.core.add_breakpoint(4);
  const auto result = machine.core.run(100);
  CHECK(result.reason == StopReason::breakpoint);
  CHECK(result.cycles == 1);
}

TEST_CASE("CSRs written between runs read back, legalised; read-only ones refuse") {
  Machine machine{lw_a0_256};
  machine.core.run(1);
  for (const auto number : {csr::mscratch, csr::mcycle, csr::minstret}) {
    CHECK(machine.core.set_csr(number, 1234));
    CHECK(machine.core.csr(number) == 1234u);
  }
  CHECK(machine.core.set_csr(csr::mtvec, 0x103));
  CHECK(machine.core.csr(csr::mtvec) == 0x101u);
  CHECK_FALSE(machine.core.set_csr(csr::mhartid, 1));
  CHECK_FALSE(machine.core.set_csr(0x5c0, 1));
}
