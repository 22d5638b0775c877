// SPDX-License-Identifier: Apache-2.0
// One core with RAM at 0x80000000 and the part of the host-target interface (HTIF) that test programs use: a
// 64-bit `tohost`, high word written last, with exit (device 0) and console output (device 1).
#pragma once
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/rv32/core.hpp"
#include "platform/rv32/elf.hpp"

namespace edgebert {

class HtifMachine final : public rv32::Bus {
 public:
  static constexpr std::uint32_t ram_base = 0x80000000;
  static constexpr std::uint32_t ram_bytes = 2u << 20;

  HtifMachine(const rv32::ElfFile& elf) : ram_(ram_bytes), core_(*this, {}) {
    const rv32::LoadTarget target{ram_base, ram_};
    elf.copy_to({&target, 1});
    tohost_ = elf.symbol("tohost").value().value;
    const std::span ram(ram_);
    core_.add_memory(ram_base, ram.first(tohost_ - ram_base), true);
    core_.add_memory(tohost_ + 16, ram.subspan(tohost_ + 16 - ram_base), true);
    core_.reset(elf.entry());
  }

  /// Runs until the program exits.
  /// @param budget  cycles of the next run()
  /// @return its exit code; nothing if it used most_cycles first
  std::optional<std::uint32_t> run(std::uint64_t most_cycles, const std::function<std::uint64_t()>& budget) {
    while (!exit_code_ && core_.cycles() < most_cycles) core_.run(budget());
    return exit_code_;
  }

  const std::string& output() const { return output_; }
  rv32::Core& core() { return core_; }

 private:
  rv32::BusReply read(std::uint32_t, std::uint32_t, std::uint32_t&) override { return {.ok = false}; }

  rv32::BusReply write(std::uint32_t address, std::uint32_t size, std::uint32_t value) override {
    if (size != 4 || address - tohost_ >= 8) return {.ok = false};
    if (address == tohost_) {
      low_ = value;
      return {.ok = true};
    }
    if (value == 0x01010000) output_ += static_cast<char>(low_);
    if (value == 0 && (low_ & 1) != 0) exit_code_ = low_ >> 1;
    return {.ok = true};
  }

  std::vector<std::uint8_t> ram_;
  rv32::Core core_;
  std::uint32_t tohost_ = 0;
  std::uint32_t low_ = 0;
  std::string output_;
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace edgebert
