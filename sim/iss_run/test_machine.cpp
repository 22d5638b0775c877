// SPDX-License-Identifier: Apache-2.0
#include "sim/iss_run/test_machine.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::iss_run {
namespace {

[[noreturn]] void refuse(const rv32::ElfFile& elf, const std::string& reason) {
  throw Error(Failure::firmware, fmt::format("cannot run {}: {}", elf.name(), reason));
}

}  // namespace

TestMachine::TestMachine(const rv32::ElfFile& elf, const Options& options)
    : elf_(elf),
      options_(options),
      ram_(ram_bytes),
      core_(*this, {.hart_id = 0, .strict_alignment = options.strict_alignment}) {
  const std::array targets{rv32::LoadTarget{ram_base, ram_}};
  elf_.copy_to(targets);
  const std::span<std::uint8_t> ram(ram_);
  if (const auto symbol = elf_.symbol("tohost")) {
    const std::uint32_t offset = symbol->value - ram_base;
    if (symbol->value % 4 != 0 || offset > ram_bytes - tohost_bytes) {
      refuse(elf_,
             fmt::format(
                 "tohost at {:#010x} is not a multiple of 4 in the RAM from {:#010x} to {:#010x}; correct "
                 "the linker script",
                 symbol->value, ram_base, ram_base + ram_bytes - 1));
    }
    tohost_ = symbol->value;
    // The word is no memory window, so that its stores arrive at write(); it still reads as memory.
    if (offset != 0) core_.add_memory(ram_base, ram.first(offset), true);
    const auto rest = ram.subspan(offset + tohost_bytes);
    if (!rest.empty()) core_.add_memory(*tohost_ + tohost_bytes, rest, true);
  } else {
    core_.add_memory(ram_base, ram, true);
  }
  core_.set_time_source([this] { return core_.cycles(); });
  core_.reset(elf_.entry());
}

std::optional<std::uint32_t> TestMachine::run(std::uint64_t max_instructions) {
  while (!outcome_ && core_.cycles() < max_instructions) {
    core_.run(std::min(max_instructions - core_.cycles(), options_.cycles_per_run));
    core_.wake();
  }
  return outcome_;
}

std::vector<std::uint32_t> TestMachine::signature() const {
  const auto begin = elf_.symbol("begin_signature");
  const auto end = elf_.symbol("end_signature");
  if (!begin || !end) refuse(elf_, "it has no symbols begin_signature and end_signature, so no signature");
  const std::uint32_t offset = begin->value - ram_base;
  const std::uint32_t bytes = end->value - begin->value;
  if (offset > ram_bytes || bytes > ram_bytes - offset || end->value < begin->value) {
    refuse(elf_,
           fmt::format("its signature from {:#010x} to {:#010x} is not in RAM", begin->value, end->value));
  }
  std::vector<std::uint32_t> words(bytes / 4);
  std::memcpy(words.data(), ram_.data() + offset, words.size() * 4);
  return words;
}

rv32::BusReply TestMachine::read(std::uint32_t address, std::uint32_t size, std::uint32_t& value) {
  if (!in_tohost(address)) return {.ok = false};
  std::memcpy(&value, ram_.data() + (address - ram_base), size);
  return {.ok = true};
}

rv32::BusReply TestMachine::write(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  if (!in_tohost(address)) return {.ok = false};
  std::memcpy(ram_.data() + (address - ram_base), &value, size);
  std::uint32_t word;
  std::memcpy(&word, ram_.data() + (*tohost_ - ram_base), 4);
  if (word != 0) {
    outcome_ = word;
    core_.request_stop();
  }
  return {.ok = true};
}

}  // namespace edgebert::iss_run
