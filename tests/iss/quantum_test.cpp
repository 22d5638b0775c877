// SPDX-License-Identifier: Apache-2.0
// Where runs are cut changes nothing: one program with interrupts, sleep, stalls and exceptions, run with
// budgets from 1 to 100,000 next to a device that works in core cycles, as an event-driven platform would run
// it.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "platform/rv32/core.hpp"
#include "platform/rv32/elf.hpp"
#include "tests/test.hpp"

namespace {

using namespace edgebert;

constexpr std::uint32_t ram_base = 0x80000000;
constexpr std::uint32_t device = 0x10000000;
constexpr std::uint64_t cycle_limit = 10'000'000;

class Platform final : public rv32::Bus {
 public:
  using Event = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;  // cycle, address, value
  struct Result {
    std::vector<std::uint32_t> registers;
    std::vector<std::uint32_t> csrs;
    std::uint32_t pc = 0;
    std::uint64_t cycles = 0;
    std::uint64_t instructions = 0;
    std::vector<std::uint8_t> ram;
    std::vector<Event> trace;
    bool operator==(const Result&) const = default;
  };

  explicit Platform(const rv32::ElfFile& elf) : ram_(65536), core_(*this, {}) {
    const rv32::LoadTarget target{ram_base, ram_};
    elf.copy_to({&target, 1});
    core_.add_memory(ram_base, ram_, true);
    core_.reset(elf.entry());
  }

  /// The exact mode: never past the device's next event.
  Result run(std::uint64_t quantum) {
    while (!ended_ && core_.cycles() < cycle_limit) {
      if (due_ && *due_ <= core_.cycles()) {
        due_.reset();
        core_.set_interrupt(rv32::Interrupt::machine_external, true);
      }
      const std::uint64_t budget = due_ ? std::min(quantum, *due_ - core_.cycles()) : quantum;
      const auto result = core_.run(budget);
      if (result.reason == rv32::StopReason::wfi && due_) core_.advance_cycles(*due_ - core_.cycles());
    }
    return state();
  }

 private:
  rv32::BusReply read(std::uint32_t address, std::uint32_t, std::uint32_t& value) override {
    value = static_cast<std::uint32_t>(core_.cycles());
    trace_.emplace_back(core_.cycles(), address, value);
    // A stall may pass the event; whole quanta must then see it as late as single steps do.
    return {.ok = true, .stall_cycles = static_cast<std::uint32_t>(core_.cycles() % 4)};
  }

  rv32::BusReply write(std::uint32_t address, std::uint32_t, std::uint32_t value) override {
    trace_.emplace_back(core_.cycles(), address, value);
    if (address == device) due_ = core_.cycles() + value + 1;
    if (address == device + 4) core_.set_interrupt(rv32::Interrupt::machine_external, false);
    if (address == device + 12) ended_ = true;
    return {.ok = true, .stall_cycles = 2};
  }

  Result state() const {
    Result result;
    for (unsigned i = 0; i < 32; ++i) result.registers.push_back(core_.reg(i));
    for (const std::uint32_t number :
         {rv32::csr::mstatus, rv32::csr::mepc, rv32::csr::mcause, rv32::csr::mtval, rv32::csr::mip,
          rv32::csr::mcycle, rv32::csr::minstret}) {
      result.csrs.push_back(core_.csr(number).value());
    }
    result.pc = core_.pc();
    result.cycles = core_.cycles();
    result.instructions = core_.instructions();
    result.ram = ram_;
    result.trace = trace_;
    return result;
  }

  std::vector<std::uint8_t> ram_;
  rv32::Core core_;
  std::optional<std::uint64_t> due_;
  bool ended_ = false;
  std::vector<Event> trace_;
};

TEST_CASE("rv32 core: state, counts and bus trace do not depend on the quantum") {
  const auto elf = rv32::ElfFile::load(EDGEBERT_ISS_QUANTUM_ELF);
  const auto single_steps = Platform(elf).run(1);
  REQUIRE(single_steps.cycles < cycle_limit);
  CHECK(single_steps.registers[21] == 150);  // s5: every interrupt was taken exactly once
  CHECK(single_steps.trace.size() > 1000);
  for (const std::uint64_t quantum : {2u, 7u, 1000u, 100'000u}) {
    CAPTURE(quantum);
    CHECK((Platform(elf).run(quantum) == single_steps));
  }
}

}  // namespace
