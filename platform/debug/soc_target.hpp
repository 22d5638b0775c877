// SPDX-License-Identifier: Apache-2.0
// The SoC as a debugger sees it: the core's registers, and memory and devices through the bus's debug
// transport. Monitor commands: time, registers [BLOCK].
#pragma once
#include "platform/debug/target.hpp"
#include "platform/soc.hpp"

namespace edgebert::debug {

class SocTarget : public Target {
 public:
  explicit SocTarget(Soc& soc) : soc_(soc) {}

  std::uint32_t reg(unsigned index) const override;
  void set_reg(unsigned index, std::uint32_t value) override;
  std::optional<std::uint32_t> csr(std::uint32_t number) const override;
  bool set_csr(std::uint32_t number, std::uint32_t value) override;
  std::size_t read(std::uint32_t address, std::span<std::uint8_t> bytes) override;
  bool write(std::uint32_t address, std::span<const std::uint8_t> bytes) override;
  void add_breakpoint(std::uint32_t address) override { soc_.cpu.core().add_breakpoint(address); }
  void remove_breakpoint(std::uint32_t address) override { soc_.cpu.core().remove_breakpoint(address); }
  void add_watchpoint(const rv32::Watchpoint& point) override { soc_.cpu.core().add_watchpoint(point); }
  void remove_watchpoint(const rv32::Watchpoint& point) override { soc_.cpu.core().remove_watchpoint(point); }
  rv32::Watchpoint watch_hit() const override { return soc_.cpu.core().watch_hit(); }
  std::string command(std::string_view line) override;

 private:
  std::size_t transport(tlm::tlm_command command, std::uint32_t address, std::span<std::uint8_t> bytes);
  std::string time() const;
  std::string registers(std::string_view name);

  Soc& soc_;
};

}  // namespace edgebert::debug
