// SPDX-License-Identifier: Apache-2.0
// Speed of the bare core: `core_bench LOOP ELF BUDGET` runs one guest loop, BUDGET cycles at a time, checks
// its checksum against the host's, and prints one JSON line. Host CPU time, so a figure of this machine; the
// exit code says only whether the result was right.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/rv32/core.hpp"
#include "platform/rv32/elf.hpp"
#include "tests/bench/loops/calls.hpp"
#include "tests/bench/loops/dhrystone_like.hpp"
#include "tests/bench/loops/integer.hpp"
#include "tests/bench/loops/memory_copy.hpp"

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

unsigned expected_checksum(const std::string& loop) {
  if (loop == "calls") return calls::run(calls::rounds);
  if (loop == "dhrystone_like") return dhrystone_like::run(dhrystone_like::rounds);
  if (loop == "integer") return integer::run(integer::rounds);
  if (loop == "memory_copy") return memory_copy::run(memory_copy::rounds);
  throw Error(Failure::usage, fmt::format("there is no loop '{}'; choose calls, dhrystone_like, integer or "
                                          "memory_copy",
                                          loop));
}

bool measure(const std::string& loop, const rv32::ElfFile& elf, std::uint64_t budget) {
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
  const bool right = checksum == expected_checksum(loop);
  fmt::print(
      R"({{"loop": "{}", "budget": {}, "instructions": {}, "host_cpu_seconds": {:.6f}, "checksum_right": {}}})"
      "\n",
      loop, budget, core.instructions(), seconds, right);
  return right;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t budget = argc == 4 ? std::strtoull(argv[3], nullptr, 10) : 0;
  if (budget == 0) {
    fmt::print(stderr, "usage: core_bench LOOP ELF BUDGET\n");
    return 2;
  }
  try {
    return measure(argv[1], rv32::ElfFile::load(argv[2]), budget) ? 0 : 1;
  } catch (const Error& error) {
    fmt::print(stderr, "core_bench: {}\n", error.what());
    return 2;
  }
}
