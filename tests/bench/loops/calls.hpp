// SPDX-License-Identifier: Apache-2.0
// Loop of the core benchmark: recursive calls, and branches that depend on data.
#pragma once

namespace edgebert::calls {

inline constexpr unsigned rounds = 2500;

[[gnu::noinline]] inline unsigned leaf(unsigned value) {
  return value ^ 0x5a;
}

/// A walk down a binary tree to depth 0, one call a node.
[[gnu::noinline]] inline unsigned walk(unsigned depth) {
  if (depth == 0) return leaf(depth);
  return walk(depth - 1) + 3 * walk(depth - 1);
}

/// Steps of the 3n + 1 sequence down to 1: which branch comes next depends on the number.
[[gnu::noinline]] inline unsigned steps(unsigned number) {
  unsigned count = 0;
  for (; number != 1; ++count) {
    if ((number & 1) != 0) {
      number += 2 * number + 1;
    } else {
      number >>= 1;
    }
  }
  return count;
}

/// @return a checksum of everything computed
inline unsigned run(unsigned rounds) {
  unsigned checksum = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    checksum = checksum * 31 + walk(11);
    for (unsigned number = 1; number <= 100; ++number) checksum += steps(number + round);
  }
  return checksum;
}

}  // namespace edgebert::calls
