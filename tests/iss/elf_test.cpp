// SPDX-License-Identifier: Apache-2.0
// The ELF loader: what it reads from a program built by the cross compiler, and what it refuses. Damaged
// files are that program with single fields changed; field offsets: System V ABI.
#include "platform/rv32/elf.hpp"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "tests/test.hpp"

namespace {

using namespace edgebert;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t entry = 24, program_headers = 28, section_headers = 32, program_header_count = 44;
constexpr std::size_t segment_offset = 4, segment_address = 12, segment_file_size = 16,
                      segment_memory_size = 20;

Bytes good() {
  return read_file(EDGEBERT_ISS_HOST_ELF, "test program");
}

std::uint32_t word(const Bytes& file, std::size_t at) {
  std::uint32_t value;
  std::memcpy(&value, &file.at(at), 4);
  return value;
}

void put(Bytes& file, std::size_t at, std::uint32_t value) {
  std::memcpy(&file.at(at), &value, 4);
}

/// Where the first loadable segment's program header is.
std::size_t first_load(const Bytes& file) {
  std::size_t at = word(file, program_headers);
  while (word(file, at) != 1) at += 32;
  return at;
}

std::string refusal(const Bytes& file) {
  try {
    rv32::ElfFile::parse(file, "broken.elf");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::firmware);
    return error.what();
  }
  return "accepted";
}

void check_refused(const Bytes& file, const std::string& reason) {
  const std::string message = refusal(file);
  CAPTURE(message);
  CHECK(message.find("cannot load broken.elf: ") == 0);
  CHECK(message.find(reason) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("elf: entry, segments and symbols of a program") {
  const auto elf = rv32::ElfFile::load(EDGEBERT_ISS_HOST_ELF);
  CHECK(elf.entry() == 0x80000000);
  REQUIRE(!elf.segments().empty());
  CHECK(elf.segments().front().address == 0x80000000);
  REQUIRE(elf.symbol("count"));
  CHECK(elf.symbol("count")->code);
  CHECK_FALSE(elf.symbol("cell")->code);
  CHECK_FALSE(elf.symbol("no such symbol"));
  const auto count = elf.symbol("count")->value;
  CHECK(elf.find(count)->name == "count");
  CHECK(elf.find(count + 4)->name == "count");
  CHECK(elf.find(count - 4)->name == "_start");
  CHECK_FALSE(elf.find(0x7fffffff));
}

TEST_CASE("elf: segments are copied and their tails zeroed; memory too small is refused") {
  Bytes file = good();
  const std::size_t header = first_load(file);
  const std::uint32_t size = word(file, header + segment_file_size);
  put(file, header + segment_file_size, size - 8);
  const auto elf = rv32::ElfFile::parse(file, "short.elf");
  Bytes ram(65536, 0xee);
  const rv32::LoadTarget target{0x80000000, ram};
  elf.copy_to({&target, 1});
  CHECK(word(ram, 0) == word(file, word(file, header + segment_offset)));
  CHECK(word(ram, size - 8) == 0);
  CHECK(word(ram, size - 4) == 0);
  const rv32::LoadTarget small{0x80000000, std::span(ram).first(size - 1)};
  CHECK_THROWS_AS(elf.copy_to({&small, 1}), Error);
  const rv32::LoadTarget elsewhere{0x80000004, ram};
  CHECK_THROWS_AS(elf.copy_to({&elsewhere, 1}), Error);
}

TEST_CASE("elf: a file that is something else is refused") {
  check_refused({}, "not an ELF file");
  check_refused(Bytes(1000, 0), "not an ELF file");
  Bytes file = good();
  file[4] = 2;
  check_refused(file, "class 2");
  file = good();
  file[5] = 2;
  check_refused(file, "byte order 2");
  file = good();
  file[18] = 62;
  check_refused(file, "machine 62");
  file = good();
  file[16] = 1;
  check_refused(file, "type 1 is not an executable");
  CHECK_THROWS_AS(rv32::ElfFile::load("/proc/self/exe"), Error);
  CHECK_THROWS_AS(rv32::ElfFile::load("/no/such/file"), Error);
  CHECK_THROWS_AS(rv32::ElfFile::load("/"), Error);
}

TEST_CASE("elf: every truncation is refused or loads the same segments") {
  const Bytes file = good();
  const auto whole = rv32::ElfFile::parse(file, "whole.elf");
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < file.size(); size = size < 300 ? size + 1 : size + 97) {
    if (refusal(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))) == "accepted")
      ++accepted;
  }
  // The section headers come last in the file, so no cut leaves a valid one.
  CHECK(accepted == 0);
}

TEST_CASE("elf: damaged headers are refused") {
  const std::size_t header = first_load(good());
  struct Case {
    const char* reason;
    std::function<void(Bytes&)> damage;
  };
  const std::vector<Case> cases{
      {"outside the file", [](Bytes& f) { put(f, program_headers, 0xfffffff0); }},
      {"outside the file", [](Bytes& f) { put(f, section_headers, 0x7fffffff); }},
      {"program header entries of 16 bytes", [](Bytes& f) { f[42] = 16; }},
      {"section header entries of 16 bytes", [](Bytes& f) { f[46] = 16; }},
      {"outside the file", [=](Bytes& f) { put(f, header + segment_offset, 0xfffffff0); }},
      {"outside the file", [=](Bytes& f) { put(f, header + segment_file_size, 0x00ffffff); }},
      {"does not fit its memory", [=](Bytes& f) { put(f, header + segment_memory_size, 4); }},
      {"does not fit its memory", [=](Bytes& f) { put(f, header + segment_address, 0xfffffffc); }},
      {"overlap", [=](Bytes& f) { put(f, header + segment_memory_size, 0x00100000); }},
      {"no loadable segment", [](Bytes& f) { f[program_header_count] = 0; }},
  };
  for (const auto& [reason, damage] : cases) {
    Bytes file = good();
    damage(file);
    check_refused(file, reason);
  }
}

TEST_CASE("elf: no single changed byte of the headers crashes the loader") {
  const Bytes file = good();
  const std::size_t tables[][2] = {
      {0, 52},
      {word(file, program_headers), std::size_t{32} * file[program_header_count]},
      {word(file, section_headers), file.size() - word(file, section_headers)}};
  std::size_t refused = 0;
  for (const auto& [start, size] : tables) {
    for (std::size_t at = start; at < start + size; ++at) {
      for (const std::uint8_t change : {0x01, 0x80, 0xff}) {
        Bytes damaged = file;
        damaged[at] ^= change;
        if (refusal(damaged) != "accepted") ++refused;
      }
    }
  }
  CHECK(refused > 50);
  Bytes moved = file;
  put(moved, entry, 0x12345678);
  CHECK(rv32::ElfFile::parse(moved, "moved.elf").entry() == 0x12345678);
}

}  // namespace
