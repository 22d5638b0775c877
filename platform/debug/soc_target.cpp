// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/soc_target.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "platform/debug/register_decoder.hpp"

namespace edgebert::debug {
namespace {

constexpr std::uint32_t word_bytes = 4;

}  // namespace

std::uint32_t SocTarget::reg(unsigned index) const {
  const rv32::Core& core = soc_.cpu.core();
  return index == pc_index ? core.pc() : core.reg(index);
}

void SocTarget::set_reg(unsigned index, std::uint32_t value) {
  rv32::Core& core = soc_.cpu.core();
  if (index != pc_index) return core.set_reg(index, value);
  core.set_pc(value);
  core.wake();
}

std::optional<std::uint32_t> SocTarget::csr(std::uint32_t number) const {
  return soc_.cpu.core().csr(number);
}

bool SocTarget::set_csr(std::uint32_t number, std::uint32_t value) {
  return soc_.cpu.core().set_csr(number, value);
}

std::size_t SocTarget::transport(tlm::tlm_command command, std::uint32_t address,
                                 std::span<std::uint8_t> bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes.data());
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  return soc_.cpu.bus->transport_dbg(payload);
}

/// Word by word, as registers are read; a byte of a register is a byte of its word.
std::size_t SocTarget::read(std::uint32_t address, std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::uint32_t at = address + static_cast<std::uint32_t>(done);
    const std::uint32_t into_word = at % word_bytes;
    std::array<std::uint8_t, word_bytes> word;
    if (transport(tlm::TLM_READ_COMMAND, at - into_word, word) != word.size()) break;
    const std::size_t count = std::min<std::size_t>(word_bytes - into_word, bytes.size() - done);
    std::copy_n(word.begin() + into_word, count, bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

bool SocTarget::write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return true;
  const auto [memory, offset] = soc_.memory_at(address);
  if (memory == nullptr || bytes.size() > memory->size() - offset) return false;
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  if (transport(tlm::TLM_WRITE_COMMAND, address, copy) != copy.size()) return false;
  soc_.cpu.memory_changed(address, static_cast<std::uint32_t>(copy.size()));
  return true;
}

std::string SocTarget::command(std::string_view line) {
  if (line == "time") return time();
  if (line == "registers") return registers("");
  constexpr std::string_view with_name = "registers ";
  if (line.starts_with(with_name)) return registers(line.substr(with_name.size()));
  return "known are: time, registers [BLOCK]\n";
}

std::string SocTarget::time() const {
  return fmt::format("{:.6f} ms, core cycle {}, {} instructions\n",
                     sc_core::sc_time_stamp().to_seconds() * 1e3, soc_.cpu.core().cycles(),
                     soc_.cpu.core().instructions());
}

std::string SocTarget::registers(std::string_view name) {
  const RegisterBlock* block = block_named(name);
  if (block == nullptr) {
    std::string names;
    for (const RegisterBlock& known : register_blocks())
      names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
    return fmt::format("give one of: {}\n", names);
  }
  std::string text;
  for (const Register* reg : registers_of(*block)) {
    std::uint32_t value = 0;
    std::array<std::uint8_t, word_bytes> bytes{};
    const bool readable = read(block->base + reg->offset, bytes) == bytes.size();
    std::memcpy(&value, bytes.data(), bytes.size());
    text += fmt::format("{:#010x} {:<20} {}\n", block->base + reg->offset, reg->name,
                        readable ? decoded(*block, reg->offset, value) : "write-only");
  }
  return text;
}

}  // namespace edgebert::debug
