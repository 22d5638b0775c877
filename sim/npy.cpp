// SPDX-License-Identifier: Apache-2.0
#include "sim/npy.hpp"

#include <bit>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace edgebert::sim {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in memory");

template <typename Element>
std::vector<std::uint8_t> file_of(const char* type, std::span<const Element> values, std::size_t rows,
                                  std::size_t columns) {
  // Magic, version 1.0, length of the dictionary; padded so that elements begin at a multiple of 64.
  constexpr std::size_t before = 10;
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", type, rows, columns);
  dictionary.append(63 - (before + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  std::string head = "\x93NUMPY\x01";
  head.push_back('\0');
  head.push_back(static_cast<char>(dictionary.size() & 0xff));
  head.push_back(static_cast<char>(dictionary.size() >> 8));
  head += dictionary;
  std::vector<std::uint8_t> file(head.size() + values.size_bytes());
  std::memcpy(file.data(), head.data(), head.size());
  if (!values.empty()) std::memcpy(file.data() + head.size(), values.data(), values.size_bytes());
  return file;
}

}  // namespace

std::vector<std::uint8_t> npy_of(std::span<const std::uint8_t> values, std::size_t rows,
                                 std::size_t columns) {
  return file_of("|u1", values, rows, columns);
}
std::vector<std::uint8_t> npy_of(std::span<const std::int32_t> values, std::size_t rows,
                                 std::size_t columns) {
  return file_of("<i4", values, rows, columns);
}
std::vector<std::uint8_t> npy_of(std::span<const std::uint32_t> values, std::size_t rows,
                                 std::size_t columns) {
  return file_of("<u4", values, rows, columns);
}
std::vector<std::uint8_t> npy_of(std::span<const double> values, std::size_t rows, std::size_t columns) {
  return file_of("<f8", values, rows, columns);
}

}  // namespace edgebert::sim
