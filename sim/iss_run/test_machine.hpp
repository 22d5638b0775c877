// SPDX-License-Identifier: Apache-2.0
// The machine conformance suites expect: one core, 4 MiB RAM at 0x80000000, a `tohost` word, nothing else.
// Modelled: the end-of-test convention of riscv-tests and the signature of riscv-arch-test; CSR time, in
// cycles. Not modelled: HTIF system calls and console, timer, interrupt sources; WFI therefore never waits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/rv32/core.hpp"
#include "platform/rv32/elf.hpp"

namespace edgebert::iss_run {

inline constexpr std::uint32_t ram_base = 0x80000000;
inline constexpr std::uint32_t ram_bytes = 4u << 20;

class TestMachine final : private rv32::Bus {
 public:
  struct Options {
    bool strict_alignment = false;
    std::uint64_t cycles_per_run = 1'000'000;  ///< how the run is cut; changes no result
  };

  /// Loads the program; the core stands at its entry.
  /// @throws Error (firmware) if a segment or `tohost` is not in RAM, or `tohost` is not a multiple of 4
  TestMachine(const rv32::ElfFile& elf, const Options& options);

  /// Runs until a word other than 0 is written to `tohost` or that many instructions have retired or trapped;
  /// without stalls and waiting that is the cycle count.
  /// @return the word: 1 is a pass, (n << 1) | 1 a failure of test n; nothing if the limit was reached
  std::optional<std::uint32_t> run(std::uint64_t max_instructions);

  /// The words between the symbols begin_signature and end_signature.
  /// @throws Error (firmware) if one is missing or they do not enclose words in RAM
  std::vector<std::uint32_t> signature() const;

  rv32::Core& core() { return core_; }

 private:
  rv32::BusReply read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) override;
  rv32::BusReply write(std::uint32_t address, std::uint32_t size, std::uint32_t value) override;
  bool in_tohost(std::uint32_t address) const { return tohost_ && address - *tohost_ < tohost_bytes; }

  static constexpr std::uint32_t tohost_bytes = 8;

  rv32::ElfFile elf_;
  Options options_;
  std::vector<std::uint8_t> ram_;
  rv32::Core core_;
  std::optional<std::uint32_t> tohost_;
  std::optional<std::uint32_t> outcome_;
};

}  // namespace edgebert::iss_run
