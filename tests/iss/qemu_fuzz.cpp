// SPDX-License-Identifier: Apache-2.0
// Differential fuzzer: random programs on the core and on QEMU as a child process; their checksums must be
// equal. The programs depend on the seed alone. Exit codes: 0 equal, 1 a difference (said on stderr with the
// seed), 2 usage or failure to run, 77 skipped because QEMU is missing.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "platform/rv32/elf.hpp"
#include "tests/iss/fuzz_program.hpp"
#include "tests/iss/htif_machine.hpp"

namespace {

using namespace edgebert;

constexpr int exit_equal = 0;
constexpr int exit_different = 1;
constexpr int exit_failed = 2;
constexpr int exit_skipped = 77;

constexpr const char* qemu = "qemu-system-riscv32";
// Extensions the core does not have are switched off, so that their encodings are illegal on both sides.
constexpr const char* qemu_cpu = "rv32,f=off,d=off,h=off,s=off,mmu=off,zba=off,zbb=off,zbc=off,zbs=off";

constexpr std::size_t parameter_words = 4 + 32;  // repeats, blocks, verbose, checksum, x0 to x31

struct Arguments {
  std::string frame;
  std::uint32_t seed = 1;
  std::uint32_t programs = 1;
  std::uint32_t blocks = 2000;
  std::uint32_t repeats = 10;
  bool verbose = false;
};

std::span<std::uint8_t> behind(std::vector<std::uint8_t>& file, std::string_view marker) {
  const auto found = std::search(file.begin(), file.end(), marker.begin(), marker.end());
  if (found == file.end()) throw std::runtime_error(fmt::format("the frame has no marker {}", marker));
  return std::span(file).subspan(static_cast<std::size_t>(found - file.begin()) + marker.size());
}

std::vector<std::uint8_t> make_program(const Arguments& arguments, std::uint32_t seed) {
  std::vector<std::uint8_t> file = read_file(arguments.frame, "fuzzer frame");
  const auto frame = rv32::ElfFile::parse(file, arguments.frame);
  const std::uint32_t code_address = frame.symbol("fuzz_code").value().value;
  const std::uint32_t done = frame.symbol("block_done").value().value;
  std::mt19937 random(seed);

  std::array<std::uint32_t, parameter_words> parameters{arguments.repeats, arguments.blocks,
                                                        arguments.verbose};
  std::generate(parameters.begin() + 4, parameters.end(), [&random] {
    // Corner values often, so that overflows and equalities happen.
    static constexpr std::uint32_t corners[] = {0,          1, 0xffffffff, 0x80000000,
                                                0x7fffffff, 2, 0xffff8000, 0x55555555};
    return random() % 3 == 0 ? corners[random() % 8] : static_cast<std::uint32_t>(random());
  });
  std::memcpy(behind(file, "fuzz-parameters!").data(), parameters.data(), sizeof parameters);

  const auto code = behind(file, "fuzz-code-area-!");
  for (std::uint32_t block = 0; block < arguments.blocks; ++block) {
    const std::uint32_t offset = block * fuzz::block_stride;
    const auto bytes = fuzz::random_block(random, code_address + offset, done);
    std::ranges::copy(bytes, code.subspan(offset, bytes.size()).begin());
  }
  return file;
}

/// What QEMU prints; nothing if it cannot be run.
std::optional<std::string> run_qemu(const std::filesystem::path& program) {
  const std::string command = fmt::format(
      "timeout 120 {} -M spike -cpu {} -display none -serial stdio -monitor none -bios none -kernel '{}' "
      "</dev/null 2>/dev/null",
      qemu, qemu_cpu, program.string());
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\r') output += static_cast<char>(c);
  }
  if (pclose(pipe) != 0) return {};
  return output;
}

struct Outcome {
  std::string output;
  std::uint64_t instructions;
};

/// Cuts the run at random places, which must not change anything.
Outcome run_core(const std::vector<std::uint8_t>& file, std::uint32_t seed) {
  HtifMachine machine(rv32::ElfFile::parse(file, "fuzz program"));
  std::mt19937 random(seed);
  machine.run(2'000'000'000, [&random] { return 1 + random() % (random() % 4 == 0 ? 20 : 5000); });
  return {machine.output(), machine.core().instructions()};
}

int fuzz_once(const Arguments& arguments, std::uint32_t seed, std::uint64_t& instructions) {
  const auto file = make_program(arguments, seed);
  const std::filesystem::path program =
      std::filesystem::temp_directory_path() / fmt::format("edgebert_fuzz_{}_{}.elf", getpid(), seed);
  write_file(program, file);
  const auto expected = run_qemu(program);
  if (!arguments.verbose) std::filesystem::remove(program);
  if (!expected) {
    fmt::print(stderr, "qemu_fuzz: seed {}: {} did not run to the end\n", seed, qemu);
    return exit_failed;
  }
  const Outcome ours = run_core(file, seed);
  instructions += ours.instructions;
  if (ours.output == *expected && !expected->empty()) return exit_equal;
  const auto [a, b] =
      std::mismatch(ours.output.begin(), ours.output.end(), expected->begin(), expected->end());
  const auto line = std::count(ours.output.begin(), a, '\n') + 1;
  fmt::print(stderr, "qemu_fuzz: seed {}: checksum {} differs{}\n", seed, line,
             arguments.verbose ? fmt::format(" (program left in {})", program.string())
                               : "; repeat with --seed, --programs 1 and --verbose to find the block");
  return exit_different;
}

bool has_qemu() {
  return std::system(fmt::format("{} --version >/dev/null 2>&1", qemu).c_str()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Differential fuzzer of the RISC-V core against qemu-system-riscv32"};
  Arguments arguments;
  app.add_option("frame", arguments.frame, "the program random code is put into (iss_fuzz_frame.elf)")
      ->required();
  app.add_option("--seed", arguments.seed, "of the first program")->capture_default_str();
  app.add_option("--programs", arguments.programs, "number of programs")
      ->envname("EDGEBERT_FUZZ_PROGRAMS")
      ->capture_default_str();
  app.add_option("--blocks", arguments.blocks, "blocks a program")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  app.add_option("--repeats", arguments.repeats, "times they run")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_flag("--verbose", arguments.verbose, "a checksum after each block; keep the program");
  CLI11_PARSE(app, argc, argv);
  if (!has_qemu()) {
    fmt::print("SKIPPED: {} is not installed (apt-get install qemu-system-misc)\n", qemu);
    return exit_skipped;
  }
  try {
    std::uint64_t instructions = 0;
    for (std::uint32_t i = 0; i < arguments.programs; ++i) {
      const int result = fuzz_once(arguments, arguments.seed + i, instructions);
      if (result != exit_equal) return result;
    }
    fmt::print("{} programs, {} instructions: equal\n", arguments.programs, instructions);
    return exit_equal;
  } catch (const std::exception& error) {
    fmt::print(stderr, "qemu_fuzz: {}\n", error.what());
    return exit_failed;
  }
}
