// SPDX-License-Identifier: Apache-2.0
// Loop of the core benchmark: 16 KiB copied back and forth by words, one word changed a round.
#pragma once

namespace edgebert::memory_copy {

inline constexpr unsigned rounds = 6000;
inline constexpr unsigned words = 4096;

inline unsigned first[words];
inline unsigned second[words];

[[gnu::noinline]] inline void copy(volatile unsigned* to, const volatile unsigned* from) {
  for (unsigned i = 0; i < words; ++i) to[i] = from[i];
}

/// @return a checksum of everything computed
inline unsigned run(unsigned rounds) {
  for (unsigned i = 0; i < words; ++i) first[i] = i * 2654435761u;
  for (unsigned round = 0; round < rounds; ++round) {
    copy((round & 1) != 0 ? first : second, (round & 1) != 0 ? second : first);
    first[round % words] += round;
  }
  unsigned checksum = 0;
  for (unsigned i = 0; i < words; ++i) checksum = checksum * 31 + first[i] + second[i];
  return checksum;
}

}  // namespace edgebert::memory_copy
