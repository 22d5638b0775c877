// SPDX-License-Identifier: Apache-2.0
#include "ip/envm/secded.hpp"

#include <array>
#include <bit>

namespace edgebert::secded {
namespace {

constexpr unsigned parities = 7;
constexpr unsigned data_bits = 64;

constexpr std::array<unsigned, data_bits> make_positions() {
  std::array<unsigned, data_bits> positions{};
  unsigned position = 3;
  for (unsigned& at : positions) {
    while (std::has_single_bit(position)) ++position;
    at = position++;
  }
  return positions;
}

constexpr std::array<unsigned, data_bits> positions = make_positions();

/// The data bits each parity covers.
constexpr std::array<std::uint64_t, parities> make_covered() {
  std::array<std::uint64_t, parities> covered{};
  for (unsigned bit = 0; bit < data_bits; ++bit) {
    for (unsigned j = 0; j < parities; ++j) {
      if ((positions[bit] >> j & 1) != 0) covered[j] |= std::uint64_t{1} << bit;
    }
  }
  return covered;
}

constexpr std::array<std::uint64_t, parities> covered = make_covered();

unsigned parity(std::uint64_t bits) {
  return static_cast<unsigned>(std::popcount(bits)) & 1;
}

unsigned hamming(std::uint64_t data) {
  unsigned bits = 0;
  for (unsigned j = 0; j < parities; ++j) bits |= parity(data & covered[j]) << j;
  return bits;
}

}  // namespace

std::uint8_t check_bits(std::uint64_t data) {
  const unsigned bits = hamming(data);
  return static_cast<std::uint8_t>(bits | (parity(data) ^ parity(bits)) << parities);
}

Decoded decode(std::uint64_t data, std::uint8_t check) {
  const unsigned syndrome = hamming(data) ^ (check & ((1u << parities) - 1));
  const bool odd = parity(data) != parity(check);
  if (!odd) return {data, syndrome == 0 ? Outcome::clean : Outcome::detected};
  if (syndrome == 0 || std::has_single_bit(syndrome)) return {data, Outcome::corrected};  // a check bit
  for (unsigned bit = 0; bit < data_bits; ++bit) {
    if (positions[bit] == syndrome) return {data ^ std::uint64_t{1} << bit, Outcome::corrected};
  }
  return {data, Outcome::detected};
}

}  // namespace edgebert::secded
