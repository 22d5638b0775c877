// SPDX-License-Identifier: Apache-2.0
#include "platform/rv32/elf.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/file.hpp"

namespace edgebert::rv32 {
namespace {

constexpr std::uint32_t file_header_size = 52;
constexpr std::uint32_t program_header_size = 32;
constexpr std::uint32_t section_header_size = 40;
constexpr std::uint32_t symbol_size = 16;

constexpr std::uint32_t class_32 = 1;
constexpr std::uint32_t little_endian = 1;
constexpr std::uint32_t type_executable = 2;
constexpr std::uint32_t machine_riscv = 243;
constexpr std::uint32_t segment_load = 1;
constexpr std::uint32_t section_symbols = 2;
constexpr std::uint32_t section_executable = 4;
constexpr std::uint32_t symbol_no_type = 0;
constexpr std::uint32_t symbol_function = 2;
constexpr std::uint32_t first_reserved_section = 0xff00;

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
  throw Error(Failure::firmware, fmt::format("cannot load {}: {}", name, reason));
}

/// Bounds-checked little-endian fields of a file.
class Reader {
 public:
  Reader(std::span<const std::uint8_t> file, const std::string& name) : file_(file), name_(name) {}

  std::span<const std::uint8_t> bytes(std::uint64_t offset, std::uint64_t size, const char* what) const {
    if (offset > file_.size() || size > file_.size() - offset) {
      refuse(name_,
             fmt::format("{} at offset {} with {} bytes lies outside the file of {} bytes; the file is "
                         "truncated or damaged, build it again",
                         what, offset, size, file_.size()));
    }
    return file_.subspan(offset, size);
  }

 private:
  std::span<const std::uint8_t> file_;
  const std::string& name_;
};

std::uint32_t half(std::span<const std::uint8_t> record, std::size_t offset) {
  return record[offset] | std::uint32_t{record[offset + 1]} << 8;
}

std::uint32_t word(std::span<const std::uint8_t> record, std::size_t offset) {
  return half(record, offset) | half(record, offset + 2) << 16;
}

void check_header(std::span<const std::uint8_t> file, const std::string& name) {
  constexpr std::uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
  if (file.size() < 20 || !std::equal(std::begin(magic), std::end(magic), file.begin())) {
    refuse(name, "not an ELF file; give a program built for rv32imac");
  }
  const std::uint32_t machine = half(file, 18);
  if (file[4] != class_32 || file[5] != little_endian || machine != machine_riscv) {
    refuse(name,
           fmt::format("ELF class {}, byte order {}, machine {}; needed are class 1 (32-bit), byte order 1 "
                       "(little-endian), machine 243 (RISC-V): build it for rv32imac",
                       file[4], file[5], machine));
  }
  if (const std::uint32_t type = half(file, 16); type != type_executable) {
    refuse(name,
           fmt::format("ELF type {} is not an executable (2); link it, without -r, -shared or -pie", type));
  }
}

/// One table of the file: record size as the header states it, checked against the least one.
struct Table {
  std::uint32_t offset;
  std::uint32_t entry_size;
  std::uint32_t count;
};

std::span<const std::uint8_t> record(const Reader& reader, const Table& table, std::uint32_t index,
                                     const char* what) {
  return reader.bytes(std::uint64_t{table.offset} + std::uint64_t{table.entry_size} * index, table.entry_size,
                      what);
}

Table table_of(const std::string& name, std::uint32_t offset, std::uint32_t entry_size, std::uint32_t count,
               std::uint32_t least_size, const char* what) {
  if (count != 0 && entry_size < least_size) {
    refuse(name,
           fmt::format("{} entries of {} bytes, at least {} expected; the file is damaged, build it again",
                       what, entry_size, least_size));
  }
  return {offset, entry_size, count};
}

std::vector<Segment> read_segments(const Reader& reader, const Table& table, const std::string& name) {
  std::vector<Segment> segments;
  for (std::uint32_t i = 0; i < table.count; ++i) {
    const auto header = record(reader, table, i, "program header");
    const std::uint32_t memory_size = word(header, 20);
    if (word(header, 0) != segment_load || memory_size == 0) continue;
    const std::uint32_t address = word(header, 12);
    const auto bytes = reader.bytes(word(header, 4), word(header, 16), "segment");
    if (bytes.size() > memory_size || std::uint64_t{address} + memory_size > 0x100000000) {
      refuse(
          name,
          fmt::format("segment of {} bytes with {} in the file at {:#010x} does not fit its memory; the file "
                      "is damaged, build it again",
                      memory_size, bytes.size(), address));
    }
    segments.push_back({address, {bytes.begin(), bytes.end()}, memory_size});
  }
  std::ranges::sort(segments, {}, &Segment::address);
  for (std::size_t i = 1; i < segments.size(); ++i) {
    const Segment& before = segments[i - 1];
    if (std::uint64_t{before.address} + before.memory_size > segments[i].address) {
      refuse(name, fmt::format("segments at {:#010x} and {:#010x} overlap; correct the linker script",
                               before.address, segments[i].address));
    }
  }
  if (segments.empty())
    refuse(name, "no loadable segment; link it with a linker script that places the code");
  return segments;
}

std::string text_at(std::span<const std::uint8_t> strings, std::uint32_t offset, const std::string& name) {
  const auto rest = offset < strings.size() ? strings.subspan(offset) : std::span<const std::uint8_t>{};
  const auto end = std::ranges::find(rest, std::uint8_t{0});
  if (end == rest.end()) {
    refuse(
        name,
        fmt::format("a symbol name at offset {} is not in its string table of {} bytes; the file is damaged, "
                    "build it again",
                    offset, strings.size()));
  }
  return {rest.begin(), end};
}

bool is_code(std::uint32_t type, std::uint32_t section, const Reader& reader, const Table& sections) {
  if (type == symbol_function) return true;
  if (type != symbol_no_type || section >= sections.count) return false;
  return (word(record(reader, sections, section, "section header"), 8) & section_executable) != 0;
}

void read_symbols(std::vector<Symbol>& symbols, std::span<const std::uint8_t> header, const Reader& reader,
                  const Table& sections, const std::string& name) {
  const auto entries = reader.bytes(word(header, 16), word(header, 20), "symbol table");
  const std::uint32_t strings_index = word(header, 24);
  if (strings_index >= sections.count) {
    refuse(name,
           fmt::format("the symbol table names string section {} of {}; the file is damaged, build it again",
                       strings_index, sections.count));
  }
  const auto strings_header = record(reader, sections, strings_index, "section header");
  const auto strings = reader.bytes(word(strings_header, 16), word(strings_header, 20), "string table");
  for (std::size_t offset = 0; offset + symbol_size <= entries.size(); offset += symbol_size) {
    const auto entry = entries.subspan(offset, symbol_size);
    const std::uint32_t type = entry[12] & 15;
    const std::uint32_t section = half(entry, 14);
    std::string text = text_at(strings, word(entry, 0), name);
    const bool undefined = section == 0;
    const bool section_or_file = type > symbol_function;
    // $x and $d are the assembler's mapping symbols.
    if (text.empty() || text[0] == '$' || undefined || section_or_file) continue;
    const bool code = section < first_reserved_section && is_code(type, section, reader, sections);
    symbols.push_back({std::move(text), word(entry, 4), word(entry, 8), code});
  }
}

}  // namespace

ElfFile ElfFile::load(const std::filesystem::path& path) {
  const auto bytes = read_file(path, "RISC-V program", Failure::firmware);
  return parse(bytes, path.string());
}

ElfFile ElfFile::parse(std::span<const std::uint8_t> file, std::string name) {
  check_header(file, name);
  const Reader reader(file, name);
  const auto header = reader.bytes(0, file_header_size, "file header");
  const Table programs = table_of(name, word(header, 28), half(header, 42), half(header, 44),
                                  program_header_size, "program header");
  const Table sections = table_of(name, word(header, 32), half(header, 46), half(header, 48),
                                  section_header_size, "section header");
  ElfFile result;
  result.entry_ = word(header, 24);
  result.segments_ = read_segments(reader, programs, name);
  for (std::uint32_t i = 0; i < sections.count; ++i) {
    const auto section = record(reader, sections, i, "section header");
    if (word(section, 4) == section_symbols) read_symbols(result.symbols_, section, reader, sections, name);
  }
  std::ranges::stable_sort(result.symbols_, {}, &Symbol::value);
  result.name_ = std::move(name);
  return result;
}

void ElfFile::copy_to(std::span<const LoadTarget> targets) const {
  for (const Segment& segment : segments_) {
    const auto holds = [&segment](const LoadTarget& target) {
      const std::uint32_t offset = segment.address - target.base;
      return offset < target.bytes.size() && segment.memory_size <= target.bytes.size() - offset;
    };
    const auto target = std::ranges::find_if(targets, holds);
    if (target == targets.end()) {
      refuse(
          name_,
          fmt::format("its segment of {} bytes at {:#010x} is in no memory; correct the linker script or the "
                      "memory sizes",
                      segment.memory_size, segment.address));
    }
    const auto place = target->bytes.subspan(segment.address - target->base, segment.memory_size);
    std::ranges::fill(std::ranges::copy(segment.bytes, place.begin()).out, place.end(), std::uint8_t{0});
  }
}

std::optional<Symbol> ElfFile::symbol(const std::string& name) const {
  const auto found = std::ranges::find(symbols_, name, &Symbol::name);
  if (found == symbols_.end()) return {};
  return *found;
}

std::optional<Symbol> ElfFile::find(std::uint32_t pc) const {
  const auto after = std::ranges::upper_bound(symbols_, pc, {}, &Symbol::value);
  for (auto at = after; at != symbols_.begin();) {
    --at;
    if (!at->code) continue;
    if (at->size != 0 && pc - at->value >= at->size) return {};
    return *at;
  }
  return {};
}

}  // namespace edgebert::rv32
