// SPDX-License-Identifier: Apache-2.0
// Single error correction, double error detection of a 64-bit word by 8 check bits: Hamming's code with an
// overall parity bit (72, 64). Three and more wrong bits may be taken for one and corrected wrongly, as in
// any such code. SystemC-free.
//
//   data bit i stands at the i-th position from 3 that is not a power of two; check bit j < 7 at position 2^j
//   makes the positions with bit j even; check bit 7 makes all 72 bits even
#pragma once
#include <cstdint>

namespace edgebert::secded {

inline constexpr unsigned data_bytes = 8;
inline constexpr unsigned stored_bytes = 9;  ///< with the check bits: 12.5 % more

enum class Outcome { clean, corrected, detected };

struct Decoded {
  std::uint64_t data;  ///< as read if an error was only detected
  Outcome outcome;
};

std::uint8_t check_bits(std::uint64_t data);

Decoded decode(std::uint64_t data, std::uint8_t check);

}  // namespace edgebert::secded
