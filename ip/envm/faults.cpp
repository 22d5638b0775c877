// SPDX-License-Identifier: Apache-2.0
#include "ip/envm/faults.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "ip/envm/secded.hpp"

namespace edgebert::reram {
namespace {

constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

std::uint64_t threshold_of(double probability) {
  return static_cast<std::uint64_t>(std::ldexp(probability, 64));
}

/// The number a bit pattern stands for, or the other way round; gray is the binary reflected code.
unsigned level_of(unsigned pattern, LevelCoding coding) {
  return coding == LevelCoding::binary ? pattern : pattern ^ pattern >> 1 ^ pattern >> 2;
}
unsigned pattern_of(unsigned level, LevelCoding coding) {
  return coding == LevelCoding::binary ? level : level ^ level >> 1;
}

/// Some bits of a stream, the first one highest; beyond its end there are zeros.
unsigned bits_at(std::span<const std::uint8_t> bytes, std::uint64_t first, unsigned count) {
  unsigned bits = 0;
  for (std::uint64_t bit = first; bit < first + count; ++bit) {
    const unsigned byte = bit / 8 < bytes.size() ? bytes[bit / 8] : 0u;
    bits = bits << 1 | (byte >> (7 - bit % 8) & 1);
  }
  return bits;
}

/// @return how many bits changed; those beyond the end do not exist
unsigned flip(std::span<std::uint8_t> bytes, std::uint64_t first, unsigned count, unsigned change) {
  unsigned flipped = 0;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t bit = first + i;
    if ((change >> (count - 1 - i) & 1) == 0 || bit / 8 >= bytes.size()) continue;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (7 - bit % 8));
    ++flipped;
  }
  return flipped;
}

/// All cells of a stream of stored bits.
FaultCounts read_cells(std::span<std::uint8_t> stored, const CellErrors& errors, const RandomPlaces& random) {
  FaultCounts counts;
  counts.cells = (stored.size() * 8 + errors.bits - 1) / errors.bits;
  std::uint64_t largest = 0;
  for (unsigned level = 0; level < 1u << errors.bits; ++level)
    largest = std::max(largest, errors.down[level] + errors.up[level]);
  if (largest == 0) return counts;
  for (std::uint64_t cell = 0; cell < counts.cells; ++cell) {
    const std::uint64_t number = random.at(cell);
    if (number >= largest) continue;
    const std::uint64_t first = cell * errors.bits;
    const unsigned pattern = bits_at(stored, first, errors.bits);
    const unsigned level = level_of(pattern, errors.coding);
    if (number >= errors.down[level] + errors.up[level]) continue;
    const unsigned read = number < errors.down[level] ? level - 1 : level + 1;
    ++counts.faulty_cells;
    counts.flipped_bits += flip(stored, first, errors.bits, pattern ^ pattern_of(read, errors.coding));
  }
  counts.wrong_bits = counts.flipped_bits;
  return counts;
}

std::uint64_t word_at(std::span<const std::uint8_t> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

std::span<const std::uint8_t> data_of(std::span<const std::uint8_t> bytes, std::size_t word) {
  const std::size_t from = word * secded::data_bytes;
  return bytes.subspan(from, std::min<std::size_t>(secded::data_bytes, bytes.size() - from));
}

std::vector<std::uint8_t> encoded(std::span<const std::uint8_t> bytes) {
  const std::size_t words = (bytes.size() + secded::data_bytes - 1) / secded::data_bytes;
  std::vector<std::uint8_t> stored(words * secded::stored_bytes);
  for (std::size_t word = 0; word < words; ++word) {
    const auto data = data_of(bytes, word);
    const auto to = stored.begin() + static_cast<std::ptrdiff_t>(word * secded::stored_bytes);
    std::copy(data.begin(), data.end(), to);
    to[secded::data_bytes] = secded::check_bits(word_at(data));
  }
  return stored;
}

/// What the decoder makes of the stored words goes back into `bytes`.
void decode(std::span<const std::uint8_t> stored, std::span<std::uint8_t> bytes, FaultCounts& counts) {
  counts.wrong_bits = 0;
  for (std::size_t word = 0; word * secded::stored_bytes < stored.size(); ++word) {
    const auto read = stored.subspan(word * secded::stored_bytes, secded::stored_bytes);
    const auto [data, outcome] =
        secded::decode(word_at(read.first(secded::data_bytes)), read[secded::data_bytes]);
    if (outcome == secded::Outcome::corrected) ++counts.corrected_words;
    if (outcome == secded::Outcome::detected) ++counts.detected_words;
    const std::size_t from = word * secded::data_bytes;
    for (std::size_t i = from; i < std::min(bytes.size(), from + secded::data_bytes); ++i) {
      const auto byte = static_cast<std::uint8_t>(data >> (8 * (i - from)));
      counts.wrong_bits += static_cast<unsigned>(std::popcount(static_cast<unsigned>(bytes[i] ^ byte)));
      bytes[i] = byte;
    }
  }
}

}  // namespace

CellErrors cell_errors(CellKind kind, LevelCoding coding) {
  CellErrors errors{bits_of(kind), coding, {}, {}};
  for (unsigned level = 0; level < levels_of(kind); ++level) {
    const LevelError error = level_error(kind, level);
    errors.down[level] = threshold_of(error.down);
    errors.up[level] = threshold_of(error.up);
  }
  return errors;
}

CellErrors bit_errors(double rate) {
  return {1, LevelCoding::binary, {0, threshold_of(rate)}, {threshold_of(rate), 0}};
}

RandomPlaces::RandomPlaces(std::uint64_t seed, std::uint64_t region)
    : start_(mixed(mixed(seed + golden_ratio) + region)) {}

std::uint64_t RandomPlaces::at(std::uint64_t place) const {
  return mixed(start_ + (place + 1) * golden_ratio);
}

FaultCounts inject(std::span<std::uint8_t> bytes, const CellErrors& errors, Ecc ecc,
                   const RandomPlaces& random) {
  if (ecc == Ecc::none) return read_cells(bytes, errors, random);
  std::vector<std::uint8_t> stored = encoded(bytes);
  FaultCounts counts = read_cells(stored, errors, random);
  if (counts.flipped_bits != 0) decode(stored, bytes, counts);
  return counts;
}

}  // namespace edgebert::reram
