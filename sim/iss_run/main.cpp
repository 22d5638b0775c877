// SPDX-License-Identifier: Apache-2.0
// iss-run: runs one bare-metal program on the core alone, as conformance suites want it. Exit codes: --help.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "platform/config/text.hpp"
#include "platform/rv32/elf.hpp"
#include "sim/command_line.hpp"
#include "sim/iss_run/test_machine.hpp"

namespace {

using edgebert::Error;
using edgebert::Failure;

constexpr int exit_pass = 0;
constexpr int exit_last_test = 199;  // test numbers above are reported as this
constexpr int exit_usage = 240;
constexpr int exit_bad_elf = 241;
constexpr int exit_limit = 242;
constexpr int exit_unknown_request = 243;
constexpr int exit_signature = 244;
constexpr int exit_internal = 245;

constexpr const char* exit_codes =
    "Exit codes:\n"
    "  0        the program wrote 1 to tohost: pass\n"
    "  1..199   it wrote (N << 1) | 1: test N failed (199: N is 199 or more)\n"
    "  240      usage error\n"
    "  241      the ELF file cannot be read or run on this machine\n"
    "  242      the instruction limit was reached without a word in tohost\n"
    "  243      it wrote an even word to tohost: a host system call, which does not exist here\n"
    "  244      the signature cannot be written\n"
    "  245      internal error\n";

struct Arguments {
  std::string elf;
  std::uint64_t max_instructions = 100'000'000;
  bool strict_alignment = false;
  std::string signature;
};

/// One lower-case word a line, as riscv-arch-test compares it.
void write_signature(const std::vector<std::uint32_t>& words, const std::string& name) {
  std::string text;
  for (const std::uint32_t word : words) text += fmt::format("{:08x}\n", word);
  edgebert::write_file(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

int report(std::optional<std::uint32_t> outcome, const Arguments& arguments) {
  if (!outcome) {
    fmt::print(
        stderr,
        "iss-run: {}: no word in tohost after {} instructions; raise --max-instructions if the program is "
        "that long\n",
        arguments.elf, arguments.max_instructions);
    return exit_limit;
  }
  if (*outcome == 1) return exit_pass;
  if (*outcome % 2 == 0) {
    fmt::print(
        stderr,
        "iss-run: {}: the program asks tohost for a host system call ({:#x}), which does not exist here\n",
        arguments.elf, *outcome);
    return exit_unknown_request;
  }
  const std::uint32_t test = *outcome >> 1;
  fmt::print("iss-run: {}: test {} failed\n", arguments.elf, test);
  return static_cast<int>(std::min<std::uint32_t>(test, exit_last_test));
}

int run(const Arguments& arguments) {
  const auto elf = edgebert::rv32::ElfFile::load(arguments.elf);
  edgebert::iss_run::TestMachine machine(elf, {.strict_alignment = arguments.strict_alignment});
  const auto outcome = machine.run(arguments.max_instructions);
  if (!arguments.signature.empty()) write_signature(machine.signature(), arguments.signature);
  return report(outcome, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Runs a bare-metal RV32IMAC program on the instruction set simulator alone: 4 MiB RAM at 0x80000000, "
      "start "
      "at the ELF entry in machine mode, any access outside RAM faults, end by a word in the symbol tohost.",
      "iss-run"};
  app.footer(exit_codes);
  Arguments arguments;
  app.add_option("ELF", arguments.elf, "program, ELF32 RISC-V executable")->required();
  app.add_option("--max-instructions", arguments.max_instructions,
                 "stop after that many instructions, trapping ones included")
      // The conversion alone would take -1 for the largest number.
      ->check([](const std::string& text) {
        const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : fmt::format("'{}' is not a whole number", text);
      })
      ->capture_default_str();
  app.add_flag("--strict-align", arguments.strict_alignment, "misaligned loads and stores trap")
      ->disable_flag_override();
  app.add_option("--signature", arguments.signature,
                 "write the words between begin_signature and end_signature to this file");
  app.add_flag_callback(
      "--man",
      [&app] {
        fmt::print("{}", edgebert::sim::man_page(edgebert::sim::describe(app, EDGEBERT_VERSION), ""));
        throw CLI::Success();
      },
      "print the manual page, for man -l");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "iss-run: {}; see --help\n", edgebert::printable(error.what()));
    return exit_usage;
  }
  try {
    return run(arguments);
  } catch (const Error& error) {
    fmt::print(stderr, "iss-run: {}\n", edgebert::printable(error.what()));
    return error.failure() == Failure::input ? exit_signature : exit_bad_elf;
  } catch (const std::exception& error) {
    fmt::print(stderr, "iss-run: internal error: {}\n", error.what());
    return exit_internal;
  }
}
