// SPDX-License-Identifier: Apache-2.0
#include "sim/registers.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>

#include "contract/mailbox.hpp"
#include "contract/memory_map.hpp"
#include "contract/unit_regs.hpp"
#include "ip/accelerator/accelerator_regs.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/softmax_regs.hpp"
#include "platform/console_regs.hpp"
#include "platform/exit_device_regs.hpp"
#include "platform/interrupt_controller_regs.hpp"
#include "platform/mailbox_regs.hpp"
#include "platform/timer_regs.hpp"
#include "platform/watchdog_regs.hpp"

namespace edgebert::sim {
namespace {

const char* name_of(Access access) {
  switch (access) {
    case Access::read_only:
      return "read";
    case Access::read_write:
      return "read, write";
    case Access::write_only:
      return "write";
    case Access::write_one_to_clear:
      return "read, write 1 to clear";
  }
  return "";
}

std::string rows_of(std::uint32_t base, std::span<const Register> map) {
  std::string rows =
      "| address | offset | register | access | reset | what it is |\n|---|---|---|---|---|---|\n";
  for (const Register& reg : map) {
    rows += fmt::format("| {:#010x} | {:#04x} | `{}` | {} | {:#x} | {} |\n", base + reg.offset, reg.offset,
                        reg.name, name_of(reg.access), reg.reset, reg.description);
  }
  return rows;
}

std::string block(const char* title, std::uint32_t base, std::span<const Register> map) {
  return fmt::format("\n## {}, {:#010x}\n\n{}", title, base, rows_of(base, map));
}

std::string regions() {
  std::string text =
      "\n## Address map\n\nAddresses are fixed; a configuration changes sizes only.\n\n"
      "| region | from | room |\n|---|---|---|\n";
  for (const memory_map::Region& region :
       {memory_map::boot_rom, memory_map::system_sram, memory_map::envm, memory_map::weight_memory,
        memory_map::accelerator, memory_map::interrupt_controller, memory_map::timer, memory_map::watchdog,
        memory_map::console, memory_map::exit_device, memory_map::mailbox}) {
    text += fmt::format("| {} | {:#010x} | {:#x} |\n", region.name, region.base, region.room);
  }
  return text;
}

std::string interrupt_lines() {
  std::string text = "\n## Interrupt lines\n\n| line | raised by |\n|---|---|\n";
  static constexpr const char* names[] = {"processing unit", "softmax", "layernorm", "element-wise add",
                                          "early exit",      "DMA",     "DVFS",      "mailbox",
                                          "watchdog"};
  static_assert(std::size(names) == memory_map::interrupt_lines);
  for (std::size_t line = 0; line < std::size(names); ++line)
    text += fmt::format("| {} | {} |\n", line, names[line]);
  return text;
}

}  // namespace

std::string registers_markdown() {
  std::string page =
      "# Registers\n\n"
      "Printed by `edgebert-sim registers --markdown` from the declarations that models and firmware share.\n"
      "Registers are 32 bits wide, little-endian, accessed as aligned words.\n";
  page += regions();
  page += interrupt_lines();
  page +=
      "\n## Registers every accelerator unit has\n\nOffsets from the unit's base. Causes of INTERRUPT are "
      "levels: a line "
      "stays raised until its causes are acknowledged.\n\n";
  page += "| offset | register | access | reset | what it is |\n|---|---|---|---|---|\n";
  for (const Register& reg : unit::map) {
    page += fmt::format("| {:#04x} | `{}` | {} | {:#x} | {} |\n", reg.offset, reg.name, name_of(reg.access),
                        reg.reset, reg.description);
  }
  page += block("Accelerator", memory_map::accelerator_control, accelerator::map);
  page += block("Processing unit", memory_map::processing_unit, processing_unit::map);
  page += block("Softmax", memory_map::softmax, softmax::map);
  page += block("Layernorm", memory_map::layernorm, layernorm::map);
  page += block("Element-wise add", memory_map::element_add, element_add::map);
  page += block("Early exit", memory_map::early_exit, early_exit::map);
  page += block("DMA", memory_map::dma, dma::map);
  page += block("DVFS controller", memory_map::dvfs, dvfs::map);
  page += block("Interrupt controller", memory_map::interrupt_controller.base, interrupt_controller::map);
  page += block("Timer", memory_map::timer.base, timer::map);
  page += block("Watchdog", memory_map::watchdog.base, watchdog::map);
  page += block("Console", memory_map::console.base, console::map);
  page += block("Exit device", memory_map::exit_device.base, exit_device::map);
  page += block("Mailbox", memory_map::mailbox.base, mailbox_device::map);
  page +=
      fmt::format("\nThe job ({} bytes) is read at {:#010x}, the result ({} bytes) written at {:#010x}.\n",
                  sizeof(mailbox::Job), memory_map::mailbox.base + mailbox_device::job_offset,
                  sizeof(mailbox::Result), memory_map::mailbox.base + mailbox_device::result_offset);
  return page;
}

}  // namespace edgebert::sim
