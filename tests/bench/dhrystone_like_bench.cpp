// SPDX-License-Identifier: Apache-2.0
// Speed of the bare core: runs the guest program, checks its checksum against the host's, and prints one JSON
// line for each size of run() budget. Host CPU time, so a figure of this machine; the exit code says only
// whether the result was right.
#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "platform/rv32/core.hpp"
#include "platform/rv32/elf.hpp"
#include "tests/bench/dhrystone_like.hpp"

namespace {

using namespace edgebert;

constexpr std::uint32_t ram_base = 0x80000000;
constexpr std::uint32_t ram_bytes = 1u << 20;

/// Ends the program: its word to tohost is left out of RAM.
class EndOfTest final : public rv32::Bus {
 public:
  rv32::BusReply read(std::uint32_t, std::uint32_t, std::uint32_t&) override { return {.ok = false}; }
  rv32::BusReply write(std::uint32_t, std::uint32_t, std::uint32_t) override {
    ended = true;
    return {.ok = true};
  }
  bool ended = false;
};

bool measure(const rv32::ElfFile& elf, std::uint64_t budget, unsigned expected) {
  std::vector<std::uint8_t> ram(ram_bytes);
  const std::array targets{rv32::LoadTarget{ram_base, ram}};
  elf.copy_to(targets);
  EndOfTest bus;
  rv32::Core core(bus, {});
  const std::uint32_t tohost = elf.symbol("tohost").value().value - ram_base;
  core.add_memory(ram_base, std::span(ram).first(tohost), true);
  core.add_memory(ram_base + tohost + 8, std::span(ram).subspan(tohost + 8), true);
  core.reset(elf.entry());

  const std::clock_t start = std::clock();
  while (!bus.ended) core.run(budget);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;

  unsigned checksum;
  std::memcpy(&checksum, ram.data() + (elf.symbol("checksum").value().value - ram_base), 4);
  const bool right = checksum == expected;
  fmt::print(
      R"({{"benchmark": "dhrystone_like", "budget": {}, "instructions": {}, "host_cpu_seconds": {:.3f}, )"
      R"("mips": {:.0f}, "checksum_right": {}}})"
      "\n",
      budget, core.instructions(), seconds, static_cast<double>(core.instructions()) / seconds / 1e6, right);
  return right;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: dhrystone_like_bench ELF\n");
    return 2;
  }
  const auto elf = rv32::ElfFile::load(argv[1]);
  const unsigned expected = dhrystone_like::run(dhrystone_like::rounds);
  bool right = true;
  for (const std::uint64_t budget : {100u, 1000u, 100'000u, 10'000'000u})
    right &= measure(elf, budget, expected);
  return right ? 0 : 1;
}
