// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/fake_machine.hpp"

#include <cstring>
#include <iterator>

#include "contract/memory_map.hpp"
#include "contract/unit_regs.hpp"
#include "firmware/hal/hal.hpp"
#include "ip/accelerator/accelerator_regs.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "platform/console_regs.hpp"
#include "platform/interrupt_controller_regs.hpp"
#include "platform/mailbox_regs.hpp"
#include "platform/timer_regs.hpp"
#include "platform/watchdog_regs.hpp"

namespace edgebert::firmware_test {
namespace {

FakeMachine* current_machine = nullptr;

constexpr uint32_t unit_bases[] = {
    memory_map::processing_unit, memory_map::softmax, memory_map::layernorm, memory_map::element_add,
    memory_map::early_exit,      memory_map::dma,     memory_map::dvfs};
constexpr uint32_t unit_count = std::size(unit_bases);

constexpr uint32_t line_bit(memory_map::InterruptLine line) {
  return 1u << static_cast<uint32_t>(line);
}

/// Interrupt line of the unit whose registers begin at base.
uint32_t line_of(uint32_t base) {
  for (uint32_t line = 0; line < unit_count; ++line) {
    if (unit_bases[line] == base) return line;
  }
  throw std::logic_error("no unit at this address");
}
uint32_t unit_bit(uint32_t base) {
  return 1u << line_of(base);
}

}  // namespace

FakeMachine::FakeMachine(const firmware::Capabilities& capabilities, std::vector<uint8_t> weight_memory)
    : capabilities_(capabilities),
      sram_(capabilities.sram_bytes, 0xa5),
      weight_memory_(std::move(weight_memory)),
      job_area_(sizeof(mailbox::Job)),
      result_area_(sizeof(mailbox::Result)) {
  for (const uint32_t which : {0u, 1u}) buffers_[which].assign(capabilities.data_bytes, 0xa5);
  for (const uint32_t which : {2u, 3u}) buffers_[which].assign(capabilities.mask_bytes, 0xa5);
  buffers_[4].assign(capabilities.auxiliary_bytes, 0xa5);
  for (uint32_t which = 0; which < 5; ++which) {
    readers_[which].assign(buffers_[which].size(), 0);
    writers_[which].assign(buffers_[which].size(), 0);
  }
  const uint32_t control = memory_map::accelerator_control;
  const auto identify = [this](uint32_t base, uint32_t kind) {
    registers_[base] = kind << 16 | unit::version;
  };
  identify(control, 0xeb00);
  for (uint32_t line = 0; line < unit_count; ++line) identify(unit_bases[line], 0xeb01 + line);
  registers_[control + accelerator::lanes.offset] = capabilities.lanes;
  registers_[control + accelerator::data_bytes.offset] = capabilities.data_bytes;
  registers_[control + accelerator::mask_bytes.offset] = capabilities.mask_bytes;
  registers_[control + accelerator::auxiliary_bytes.offset] = capabilities.auxiliary_bytes;
  registers_[control + accelerator::sram_bytes.offset] = capabilities.sram_bytes;
  registers_[control + accelerator::sram_rate.offset] = capabilities.sram_rate;
  registers_[control + accelerator::weight_rate.offset] = capabilities.weight_rate;
  current_machine = this;
}

FakeMachine::~FakeMachine() {
  current_machine = nullptr;
}

FakeMachine& FakeMachine::current() {
  return *current_machine;
}

uint32_t FakeMachine::reg(uint32_t base, const Register& which) const {
  const auto found = registers_.find(base + which.offset);
  return found == registers_.end() ? which.reset : found->second;
}

uint32_t FakeMachine::raised_lines() const {
  return unit_lines_ | (jobs.empty() ? 0 : line_bit(memory_map::InterruptLine::mailbox)) |
         (watchdog_expired_ ? line_bit(memory_map::InterruptLine::watchdog) : 0);
}

uint32_t FakeMachine::read_word(uint32_t address) {
  if (const auto found = forced.find(address); found != forced.end()) return found->second;
  if (address == memory_map::interrupt_controller.base + interrupt_controller::claim.offset) {
    const uint32_t enabled =
        raised_lines() & reg(memory_map::interrupt_controller.base, interrupt_controller::enable);
    return enabled == 0 ? 0xffffffff : static_cast<uint32_t>(__builtin_ctz(enabled));
  }
  if (address == memory_map::timer.base + timer::time_low.offset) return static_cast<uint32_t>(core_now);
  if (address == memory_map::timer.base + timer::time_high.offset)
    return static_cast<uint32_t>(core_now >> 32);
  if (address == memory_map::accelerator_control + accelerator::cycles_low.offset)
    return static_cast<uint32_t>(accelerator_now);
  if (address == memory_map::accelerator_control + accelerator::cycles_high.offset)
    return static_cast<uint32_t>(accelerator_now >> 32);
  if (address == memory_map::dvfs + dvfs::point_count.offset)
    return static_cast<uint32_t>(operating_points.size());
  const uint32_t point = reg(memory_map::dvfs, dvfs::point_index);
  if (address == memory_map::dvfs + dvfs::point_frequency.offset) return operating_points.at(point).kilohertz;
  if (address == memory_map::dvfs + dvfs::point_voltage.offset) return operating_points.at(point).microvolts;
  return registers_[address];
}

void FakeMachine::set_operating_points(std::vector<dvfs::LutRow> points) {
  operating_points = std::move(points);
  registers_[memory_map::dvfs + dvfs::current_frequency.offset] = operating_points.back().kilohertz;
  registers_[memory_map::dvfs + dvfs::current_voltage.offset] = operating_points.back().microvolts;
}

void FakeMachine::write_word(uint32_t address, uint32_t value) {
  if (address == memory_map::console.base) console.push_back(static_cast<char>(value));
  if (address == memory_map::mailbox.base + mailbox_device::take.offset) jobs.pop_front();
  if (address == memory_map::mailbox.base + mailbox_device::answer.offset) {
    std::memcpy(&results.emplace_back(), result_area_.data(), sizeof(mailbox::Result));
  }
  if (address == memory_map::watchdog.base + watchdog::restart.offset) watchdog_expired_ = false;
  const uint32_t base = address & ~(memory_map::unit_room - 1);
  const bool of_a_unit = base > memory_map::accelerator_control && base <= memory_map::dvfs;
  if (of_a_unit && address == base + unit::control.offset) return start(base);
  if (of_a_unit && address == base + unit::interrupt.offset && (value & 3) != 0) {
    unit_lines_ &= ~unit_bit(base);
    release(line_of(base));
  }
  registers_[address] = value;
}

uint8_t* FakeMachine::memory(uint32_t address, uint32_t bytes) {
  const auto within = [&](uint32_t base, std::vector<uint8_t>& content) -> uint8_t* {
    const uint64_t offset = uint64_t{address} - base;
    return address >= base && offset + bytes <= content.size() ? content.data() + offset : nullptr;
  };
  const uint32_t mailbox = memory_map::mailbox.base;
  if (auto* found = within(memory_map::system_sram.base, sram_)) return found;
  if (auto* found = within(memory_map::weight_memory.base, weight_memory_)) return found;
  if (auto* found = within(mailbox + mailbox_device::result_offset, result_area_)) return found;
  if (auto* found = within(mailbox + mailbox_device::job_offset, job_area_)) {
    if (!jobs.empty()) std::memcpy(job_area_.data(), &jobs.front(), sizeof(mailbox::Job));
    return found;
  }
  throw std::runtime_error("nothing answers at address " + std::to_string(address));
}

void FakeMachine::sleep() {
  const uint32_t enabled =
      raised_lines() & reg(memory_map::interrupt_controller.base, interrupt_controller::enable);
  if (enabled != 0) return;
  if (hanging_ && reg(memory_map::watchdog.base, watchdog::timeout) != 0) {
    watchdog_expired_ = true;
    return;
  }
  throw std::runtime_error("firmware sleeps for ever");
}

void FakeMachine::start(uint32_t base) {
  if ((unit_lines_ & unit_bit(base)) != 0)
    throw std::runtime_error("started before the last was acknowledged");
  if ((reg(base, unit::interrupt) >> unit::interrupt_enable_shift & 3) != 3) {
    throw std::runtime_error("started without both interrupts enabled");
  }
  if (base == unit_to_hang) {
    hanging_ = true;
    return;
  }
  if (base == memory_map::dma && unit_lines_ != 0) ++overlapped_commands;
  computing_ = line_of(base);
  unit_lines_ |= unit_bit(base);
  registers_[base + unit::status.offset] =
      base == unit_to_fail ? unit::status_error.put(unit::first_own_error) : 0;
  if (base == unit_to_fail) return;
  ++commands[base];
  switch (base) {
    case memory_map::processing_unit:
      return run_product();
    case memory_map::softmax:
      return run_softmax();
    case memory_map::layernorm:
      return run_layernorm();
    case memory_map::element_add:
      return run_add();
    case memory_map::early_exit:
      return run_early_exit();
    case memory_map::dvfs:
      return run_dvfs();
    default:
      return run_dma();
  }
}

const uint8_t* FakeMachine::read_buffer(uint32_t which, uint32_t address, uint32_t bytes, const char* what) {
  return claim(which, address, bytes, what, false);
}

uint8_t* FakeMachine::write_buffer(uint32_t which, uint32_t address, uint32_t bytes, const char* what) {
  return claim(which, address, bytes, what, true);
}

uint8_t* FakeMachine::claim(uint32_t which, uint32_t address, uint32_t bytes, const char* what, bool writes) {
  if (uint64_t{address} + bytes > buffers_[which].size()) {
    throw std::runtime_error(std::string(what) + " outside buffer " + std::to_string(which) + ": " +
                             std::to_string(address) + " + " + std::to_string(bytes));
  }
  const auto own = static_cast<uint8_t>(1u << computing_);
  std::vector<uint8_t>& marks = writes ? writers_[which] : readers_[which];
  for (uint32_t byte = address; byte < address + bytes; ++byte) {
    const uint32_t in_the_way = writers_[which][byte] | (writes ? readers_[which][byte] : 0);
    if ((in_the_way & ~own) != 0) {
      throw std::runtime_error(std::string(what) + " in use by a running command: buffer " +
                               std::to_string(which) + ", byte " + std::to_string(byte));
    }
    marks[byte] |= own;
  }
  claims_[computing_].push_back({which, address, bytes});
  return buffers_[which].data() + address;
}

void FakeMachine::release(uint32_t line) {
  const auto others = static_cast<uint8_t>(~(1u << line));
  for (const Claim& each : claims_[line]) {
    for (uint32_t byte = each.address; byte < each.address + each.bytes; ++byte) {
      readers_[each.which][byte] &= others;
      writers_[each.which][byte] &= others;
    }
  }
  claims_[line].clear();
}

void FakeMachine::run_dma() {
  constexpr uint32_t base = memory_map::dma;
  const uint32_t mode = reg(base, dma::mode);
  const auto operation = static_cast<dma::Operation>(dma::mode_operation.get(mode));
  if (reg(base, dma::rows) == 0) throw std::runtime_error("DMA of no rows");
  if (operation == dma::Operation::load_packed) return load_packed();
  const uint32_t bytes = reg(base, dma::row_bytes);
  if (bytes == 0) throw std::runtime_error("DMA of empty rows");
  for (uint32_t row = 0; row < reg(base, dma::rows); ++row) {
    uint8_t* in_memory = memory(reg(base, dma::memory_address) + row * reg(base, dma::memory_stride), bytes);
    const uint32_t which = dma::mode_buffer.get(mode);
    const uint32_t at = reg(base, dma::buffer_address) + row * reg(base, dma::buffer_stride);
    if (operation == dma::Operation::load) {
      std::memcpy(write_buffer(which, at, bytes, "row to load"), in_memory, bytes);
      bytes_loaded += bytes;
    } else {
      std::memcpy(in_memory, read_buffer(which, at, bytes, "row to store"), bytes);
    }
  }
}

void FakeMachine::load_packed() {
  constexpr uint32_t base = memory_map::dma;
  const auto word = [this](uint32_t address, uint32_t bytes) {
    uint64_t value = 0;
    std::memcpy(&value, memory(address, bytes), bytes);
    return value;
  };
  const uint32_t which = dma::mode_buffer.get(reg(base, dma::mode));
  const uint32_t first_group = reg(base, dma::first_group), groups = reg(base, dma::groups);
  const uint32_t row_groups = reg(base, dma::packed_groups);
  if (groups == 0 || first_group + groups > row_groups) throw std::runtime_error("groups beyond the row");
  uint32_t data_to = reg(base, dma::buffer_address), mask_to = reg(base, dma::mask_address);
  for (uint32_t index = 0; index < reg(base, dma::rows); ++index) {
    const uint32_t list = reg(base, dma::row_list);
    const uint32_t row =
        list == 0 ? reg(base, dma::first_row) + index : static_cast<uint32_t>(word(list + 2 * index, 2));
    uint32_t from =
        reg(base, dma::packed_data) +
        static_cast<uint32_t>(word(reg(base, dma::packed_index_base) + row / index_rows(row_groups) * 4, 4) +
                              word(reg(base, dma::packed_index_offset) + row * 2, 2));
    for (uint32_t group = 0; group < first_group + groups; ++group) {
      const uint64_t mask = word(reg(base, dma::packed_masks) + (row * row_groups + group) * 8, 8);
      const auto codes = static_cast<uint32_t>(__builtin_popcountll(mask));
      if (group >= first_group) {
        std::memcpy(write_buffer(2 + which, mask_to, 8, "masks"), &mask, 8);
        std::memcpy(write_buffer(which, data_to, codes, "codes"), memory(from, codes), codes);
        mask_to += 8;
        data_to += codes;
        bytes_loaded += codes + 8;
      }
      from += codes;
    }
  }
}

void FakeMachine::observe(uint32_t base, uint32_t row, uint32_t column, uint32_t value) {
  const uint32_t tag = reg(base, unit::tag), position = reg(base, unit::tag_position);
  const auto op = static_cast<Operator>(unit::tag_operator.get(tag));
  const uint32_t head = op == Operator::context ? 0 : unit::tag_head.get(tag);
  Tensor& tensor = tensors[{unit::tag_layer.get(tag), op, head}];
  const auto [place, fresh] =
      tensor.insert({{unit::tag_row.get(position) + row, unit::tag_column.get(position) + column}, value});
  if (!fresh) throw std::runtime_error(std::string("an element of ") + name_of(op) + " computed twice");
}

}  // namespace edgebert::firmware_test

namespace edgebert::firmware::hal {

using firmware_test::FakeMachine;

uint32_t read_word(uint32_t address) {
  return FakeMachine::current().read_word(address);
}
void write_word(uint32_t address, uint32_t value) {
  FakeMachine::current().write_word(address, value);
}
void copy_in(void* to, uint32_t address, uint32_t bytes) {
  std::memcpy(to, FakeMachine::current().memory(address, bytes), bytes);
}
void copy_out(uint32_t address, const void* from, uint32_t bytes) {
  std::memcpy(FakeMachine::current().memory(address, bytes), from, bytes);
}
void fill_zero(uint32_t address, uint32_t bytes) {
  std::memset(FakeMachine::current().memory(address, bytes), 0, bytes);
}
void enable_wake_up() {}
void wait_for_interrupt() {
  FakeMachine::current().sleep();
}
uint32_t arena_begin() {
  return memory_map::system_sram.base + 0x40;
}
void stop(uint32_t code) {
  throw firmware_test::Stopped{code};
}

}  // namespace edgebert::firmware::hal
