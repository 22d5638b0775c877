// SPDX-License-Identifier: Apache-2.0
// Data for comparing kernels with golden: seeded, and shaped to provoke.
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace edgebert::test {

using Random = std::mt19937;

/// Codes of which about `zeros` in 256 are zero.
inline std::vector<std::uint8_t> random_codes(Random& random, std::size_t count, unsigned zeros = 32) {
  std::vector<std::uint8_t> codes(count);
  for (auto& code : codes) {
    code = random() % 256 < zeros ? 0 : static_cast<std::uint8_t>(random());
    if ((code & 0x7f) == 0) code = 0;
  }
  return codes;
}

/// Q8.12 values around 0 with the given spread (in LSB), a few of them extreme.
inline std::vector<std::int32_t> random_working(Random& random, std::size_t count, std::int32_t spread) {
  std::vector<std::int32_t> values(count);
  for (auto& value : values) {
    value = static_cast<std::int32_t>(random() % (2 * static_cast<std::uint32_t>(spread) + 1)) - spread;
    if (random() % 64 == 0) value = random() % 2 == 0 ? (1 << 19) - 1 : -(1 << 19);
  }
  return values;
}

}  // namespace edgebert::test
