// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/register_decoder.hpp"

#include <algorithm>

#include <fmt/format.h>

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

namespace edgebert::debug {
namespace {

namespace map = memory_map;

constexpr RegisterBlock unit_block(const char* name, std::uint32_t base, std::span<const Register> registers,
                                   std::span<const NamedField> fields) {
  return {name, base, map::unit_room, true, registers, fields};
}

constexpr RegisterBlock device(const map::Region& region, std::span<const Register> registers) {
  return {region.name, region.base, region.room, false, registers, {}};
}

constexpr RegisterBlock blocks[] = {
    {"accelerator", map::accelerator_control, map::unit_room, false, accelerator::map, {}},
    unit_block("processing_unit", map::processing_unit, processing_unit::map, processing_unit::fields),
    unit_block("softmax", map::softmax, softmax::map, softmax::fields),
    unit_block("layernorm", map::layernorm, layernorm::map, layernorm::fields),
    unit_block("element_add", map::element_add, element_add::map, element_add::fields),
    unit_block("early_exit", map::early_exit, early_exit::map, early_exit::fields),
    unit_block("dma", map::dma, dma::map, dma::fields),
    unit_block("dvfs", map::dvfs, dvfs::map, {}),
    device(map::interrupt_controller, interrupt_controller::map),
    device(map::timer, timer::map),
    device(map::watchdog, watchdog::map),
    device(map::console, console::map),
    device(map::exit_device, exit_device::map),
    device(map::mailbox, mailbox_device::map)};

std::string fields_of(std::span<const NamedField> fields, std::uint32_t offset, std::uint32_t value) {
  std::string text;
  for (const NamedField& named : fields) {
    if (named.offset != offset) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", named.name, named.field.get(value));
  }
  return text;
}

}  // namespace

std::span<const RegisterBlock> register_blocks() {
  return blocks;
}

const RegisterBlock* block_at(std::uint32_t address) {
  const auto found = std::ranges::find_if(
      blocks, [address](const RegisterBlock& block) { return address - block.base < block.room; });
  return found == std::end(blocks) ? nullptr : found;
}

const RegisterBlock* block_named(std::string_view name) {
  const auto found = std::ranges::find(blocks, name, &RegisterBlock::name);
  return found == std::end(blocks) ? nullptr : found;
}

std::vector<const Register*> registers_of(const RegisterBlock& block) {
  std::vector<const Register*> registers;
  if (block.unit) {
    for (const Register& reg : unit::map) registers.push_back(&reg);
  }
  for (const Register& reg : block.map) registers.push_back(&reg);
  return registers;
}

std::string register_name(const RegisterBlock& block, std::uint32_t offset) {
  const auto registers = registers_of(block);
  const auto found = std::ranges::find(registers, offset, &Register::offset);
  return found == registers.end() ? fmt::format("+{:#x}", offset) : (*found)->name;
}

std::string decoded(const RegisterBlock& block, std::uint32_t offset, std::uint32_t value) {
  std::string fields = block.unit ? fields_of(unit::fields, offset, value) : "";
  if (fields.empty()) fields = fields_of(block.fields, offset, value);
  return fmt::format("{:#010x}{}", value, fields.empty() ? "" : fmt::format(" ({})", fields));
}

}  // namespace edgebert::debug
