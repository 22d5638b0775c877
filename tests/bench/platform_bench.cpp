// SPDX-License-Identifier: Apache-2.0
// Host time of the platform's elementary steps: `platform_bench WORK ELF ROUNDS QUANTUM` has the guest do one
// kind of work ROUNDS times on the SoC and prints one JSON line. What a step costs is a difference of two
// such times: tests/bench/core_costs.py.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/rv32/elf.hpp"
#include "platform/soc.hpp"
#include "tests/bench/platform_request.hpp"

namespace {

using namespace edgebert;
using platform_bench::Request;
using platform_bench::Work;

constexpr double longest_run_seconds = 60;  // simulated

Work work_of(const std::string& name) {
  static const std::map<std::string, Work> names = {
      {"register_reads", Work::register_reads}, {"register_writes", Work::register_writes},
      {"memory_reads", Work::memory_reads},     {"memory_writes", Work::memory_writes},
      {"interrupts", Work::interrupts},         {"no_interrupts", Work::no_interrupts},
      {"instructions", Work::instructions},
  };
  const auto found = names.find(name);
  if (found == names.end()) throw Error(Failure::usage, fmt::format("there is no work '{}'", name));
  return found->second;
}

void load(Soc& soc, const rv32::ElfFile& elf, const Request& request) {
  const rv32::LoadTarget targets[] = {{memory_map::boot_rom.base, soc.boot_rom.contents()},
                                      {memory_map::system_sram.base, soc.system_sram.contents()}};
  elf.copy_to(targets);
  const std::uint32_t place = elf.symbol("request").value().value - memory_map::system_sram.base;
  std::memcpy(soc.system_sram.contents().data() + place, &request, sizeof request);
  soc.cpu.reset(elf.entry());
}

int measure(const std::string& name, const rv32::ElfFile& elf, std::uint32_t rounds, std::uint32_t quantum) {
  const Request request{work_of(name), rounds};
  sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
  SocConfig config;
  config.core.quantum = quantum;
  Soc soc("soc", config);
  load(soc, elf, request);
  soc.exit_device.on_exit([&soc] {
    soc.cpu.stop_run();
    sc_core::sc_stop();
  });

  const std::clock_t start = std::clock();
  sc_core::sc_start(longest_run_seconds, sc_core::SC_SEC);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;

  const bool right = soc.exit_device.code() == 0;
  fmt::print(
      R"({{"work": "{}", "rounds": {}, "quantum": {}, "instructions": {}, "host_cpu_seconds": {:.6f}, )"
      R"("right": {}}})"
      "\n",
      name, rounds, quantum, soc.cpu.core().instructions(), seconds, right);
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int index) {
    return argc == 5 ? static_cast<std::uint32_t>(std::strtoul(argv[index], nullptr, 10)) : 0;
  };
  if (number(3) == 0 || number(4) == 0) {
    fmt::print(stderr, "usage: platform_bench WORK ELF ROUNDS QUANTUM\n");
    return 2;
  }
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
  try {
    return measure(argv[1], rv32::ElfFile::load(argv[2]), number(3), number(4));
  } catch (const Error& error) {
    fmt::print(stderr, "platform_bench: {}\n", error.what());
    return 2;
  }
}

/// libsystemc's own main() refers to it; this program's is used instead.
int sc_main(int, char**) {
  return 0;
}
