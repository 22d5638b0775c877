// SPDX-License-Identifier: Apache-2.0
// Loop of the core benchmark: arithmetic in registers, no memory: multiply, add, shift, xor and one division
// a round.
#pragma once

namespace edgebert::integer {

inline constexpr unsigned rounds = 6000000;

/// @return a checksum of everything computed
inline unsigned run(unsigned rounds) {
  unsigned a = 1;
  unsigned b = 0x9e3779b9;
  for (unsigned round = 0; round < rounds; ++round) {
    a = a * 1664525 + 1013904223;
    b ^= b << 13;
    b ^= b >> 17;
    b ^= b << 5;
    a += b;
    b += a / (round | 1);
    a = (a >> 7 | a << 25) ^ round;
  }
  return a ^ b;
}

}  // namespace edgebert::integer
