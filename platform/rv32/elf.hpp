// SPDX-License-Identifier: Apache-2.0
// Loader of ELF32 little-endian RISC-V executables: entry, loadable segments, symbols.
// Not done: relocation, dynamic linking, other architectures. Field offsets: System V ABI, chapter 4 and 5;
// EM_RISCV and the mapping symbols: RISC-V ELF psABI.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace edgebert::rv32 {

struct Segment {
  std::uint32_t address;            ///< physical (p_paddr)
  std::vector<std::uint8_t> bytes;  ///< from the file
  std::uint32_t memory_size;        ///< at least bytes.size(); the rest is zero
};

struct Symbol {
  std::string name;
  std::uint32_t value;
  std::uint32_t size;  ///< 0 if unknown
  bool code;           ///< function, or label without a type in an executable section
};

/// Host memory a segment may be copied to.
struct LoadTarget {
  std::uint32_t base;
  std::span<std::uint8_t> bytes;
};

class ElfFile {
 public:
  /// @throws Error (firmware) if the file cannot be read, else as parse()
  static ElfFile load(const std::filesystem::path& path);

  /// @param name  stands in error messages
  /// @throws Error (firmware) if truncated, not a 32-bit little-endian RISC-V executable, a segment or table
  /// lies
  ///         outside of the file, segments overlap in memory or leave the address space
  static ElfFile parse(std::span<const std::uint8_t> file, std::string name);

  /// Copies each segment to the target that holds it whole, and zeroes its tail.
  /// @throws Error (firmware) if a segment is not inside one target
  void copy_to(std::span<const LoadTarget> targets) const;

  const std::string& name() const { return name_; }
  std::uint32_t entry() const { return entry_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Symbol>& symbols() const { return symbols_; }  ///< by ascending value

  /// The first symbol of that name.
  std::optional<Symbol> symbol(const std::string& name) const;

  /// The code symbol nearest at or below pc; none if pc lies past the end of one of known size.
  std::optional<Symbol> find(std::uint32_t pc) const;

 private:
  std::string name_;
  std::uint32_t entry_ = 0;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;
};

}  // namespace edgebert::rv32
