// SPDX-License-Identifier: Apache-2.0
#include "platform/instrumentation.hpp"

#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "platform/debug/gdb_server.hpp"
#include "platform/debug/profile.hpp"
#include "platform/debug/register_decoder.hpp"
#include "platform/debug/soc_target.hpp"
#include "platform/interrupt_controller_regs.hpp"

namespace edgebert {
namespace {

LogChannel* channel_of(Soc& soc, std::string_view source) {
  if (source == "bus") return &soc.bus.log;
  if (source == "core") return &soc.cpu.log;
  if (source == memory_map::mailbox.name) return &soc.mailbox.log;
  for (RegisterTarget* target : std::initializer_list<RegisterTarget*>{
           &soc.interrupt_controller, &soc.timer, &soc.watchdog, &soc.console, &soc.exit_device}) {
    if (source == target->basename()) return &target->log;
  }
  for (const auto& [name, unit] : soc.accelerator.units()) {
    if (source == name) return &unit->log;
  }
  return source == memory_map::accelerator.name ? &soc.accelerator.control.log : nullptr;
}

std::string place(std::uint32_t pc, const rv32::ElfFile& firmware) {
  const auto symbol = firmware.find(pc);
  if (!symbol) return fmt::format("{:#010x}", pc);
  return fmt::format("{:#010x} {}+{:#x}", pc, debug::readable_name(symbol->name), pc - symbol->value);
}

void trace(const Bus::RegisterAccess& access, const Instruments& instruments, const rv32::ElfFile& firmware,
           const rv32::Core& core) {
  const debug::RegisterBlock* block = debug::block_at(access.address);
  if (block == nullptr || !instruments.traced_registers.contains(block->name)) return;
  const std::uint32_t offset = access.address - block->base;
  const std::string text = fmt::format(
      "core {} {} {} {}, pc {}", access.write ? "writes" : "reads", debug::register_name(*block, offset),
      access.write ? "<-" : "->", debug::decoded(*block, offset, access.value), place(core.pc(), firmware));
  instruments.log({access.time.to_seconds(), block->name, LogLevel::debug, text});
}

void connect_log(const Instruments& instruments, const rv32::ElfFile& firmware, Soc& soc) {
  if (!instruments.log) return;
  for (const std::string& source : log_sources()) {
    const auto level = instruments.log_levels.find(source);
    if (level == instruments.log_levels.end()) continue;
    channel_of(soc, source)
        ->connect(level->second, [&instruments, source](LogLevel line_level, const sc_core::sc_time& time,
                                                        std::string_view text) {
          instruments.log({time.to_seconds(), source, line_level, text});
        });
  }
  if (instruments.traced_registers.empty()) return;
  soc.bus.on_register_access([&](const Bus::RegisterAccess& access) {
    trace(access, instruments, firmware, std::as_const(soc).cpu.core());
  });
}

/// Whose interrupt is raised and enabled now.
std::string wait_cause(Soc& soc) {
  return std::string(
      tracing::interrupt_name(soc.interrupt_controller.registers[interrupt_controller::claim]));
}

}  // namespace

std::vector<std::string> traceable_blocks() {
  std::vector<std::string> names;
  for (const debug::RegisterBlock& block : debug::register_blocks()) names.emplace_back(block.name);
  return names;
}

std::vector<std::string> log_sources() {
  std::vector<std::string> names = traceable_blocks();
  names.emplace_back("bus");
  names.emplace_back("core");
  return names;
}

Connections connect(const Instruments& instruments, const rv32::ElfFile& firmware, Soc& soc) {
  Connections made;
  connect_log(instruments, firmware, soc);
  if (instruments.profile != nullptr) {
    instruments.profile->set_wait_cause([&soc] { return wait_cause(soc); });
    soc.cpu.set_observer(instruments.profile);
  }
  if (!instruments.traces.empty()) {
    made.probe =
        std::make_unique<tracing::SocProbe>(soc, instruments.traces, [&soc] { return wait_cause(soc); });
  }
  if (instruments.debugger != nullptr) {
    made.debugger = std::make_unique<debug::SocTarget>(soc);
    instruments.debugger->attach(*made.debugger);
    soc.cpu.set_run_control(instruments.debugger);
  }
  return made;
}

}  // namespace edgebert
