// SPDX-License-Identifier: Apache-2.0
// Faults in what a memory holds, drawn at a seed: the same on every machine. SystemC-free.
//
// Bytes are a stream of bits, the most significant of a byte first; a cell holds the next one to three of
// them, also across bytes and words. Each cell has a 64-bit random number of its own, a function of seed,
// region and the cell's place alone; it errs if the number is below its level's probability x 2^64. A cell
// that fails at some rate therefore fails at every higher one.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "ip/envm/cell_model.hpp"

namespace edgebert::reram {

/// How often the cells of a memory err, as thresholds for 64-bit random numbers.
struct CellErrors {
  unsigned bits;  ///< a cell
  LevelCoding coding;
  std::array<std::uint64_t, most_levels> down;  ///< by level
  std::array<std::uint64_t, most_levels> up;
};

CellErrors cell_errors(CellKind kind, LevelCoding coding);

/// Every bit flips with the same probability.
/// @param rate  0 to 0.5
CellErrors bit_errors(double rate);

/// Random numbers by place: SplitMix64 (Steele, Lea, Flood 2014) at a start that seed and region decide.
class RandomPlaces {
 public:
  RandomPlaces(std::uint64_t seed, std::uint64_t region);
  std::uint64_t at(std::uint64_t place) const;

 private:
  std::uint64_t start_;
};

struct FaultCounts {
  std::uint64_t cells = 0;         ///< that were looked at
  std::uint64_t faulty_cells = 0;  ///< read as another level
  std::uint64_t flipped_bits = 0;  ///< as stored, check bits included
  std::uint64_t wrong_bits = 0;    ///< of the contents, after correction
  std::uint64_t corrected_words = 0;
  std::uint64_t detected_words = 0;  ///< kept as read
  FaultCounts& operator+=(const FaultCounts& other) {
    cells += other.cells;
    faulty_cells += other.faulty_cells;
    flipped_bits += other.flipped_bits;
    wrong_bits += other.wrong_bits;
    corrected_words += other.corrected_words;
    detected_words += other.detected_words;
    return *this;
  }
};

/// Reads `bytes` as the cells would give them back, in place. With SECDED every 8 bytes, the last ones filled
/// up with zeros, are stored with their check bits behind them and decoded after.
FaultCounts inject(std::span<std::uint8_t> bytes, const CellErrors& errors, Ecc ecc,
                   const RandomPlaces& random);

}  // namespace edgebert::reram
