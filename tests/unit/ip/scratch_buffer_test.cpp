// SPDX-License-Identifier: Apache-2.0
// Bytes a buffer took by reference, against the same writes copied at once.
#include "ip/common/scratch_buffer.hpp"

#include <numeric>
#include <random>

#include "tests/test.hpp"

namespace edgebert {
namespace {

constexpr std::size_t size = 256;

std::vector<std::uint8_t> source() {
  std::vector<std::uint8_t> bytes(4 * size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

TEST_CASE("what is left of borrowed bytes around an overwritten middle is still read from where it lies") {
  const auto from = source();
  ScratchBuffer buffer(size);
  buffer.overwrite(16, 96);
  buffer.borrow(16, 96, from.data());
  const std::vector<std::uint8_t> middle(8, 0xee);
  buffer.write(48, middle);
  const auto bytes = buffer.read(16, 96);
  for (std::size_t i = 0; i < 96; ++i) {
    CAPTURE(i);
    CHECK(bytes[i] == (i >= 32 && i < 40 ? 0xee : from[i]));
  }
}

TEST_CASE("a buffer that borrows holds what a buffer that copies holds") {
  auto from = source();
  std::mt19937 random(7);
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (unsigned trial = 0; trial < 200; ++trial) {
    ScratchBuffer buffer(size);
    std::vector<std::uint8_t> expected(size, 0);
    for (unsigned step = 0; step < 30; ++step) {
      const std::size_t base = below(size);
      const std::size_t count = 1 + below(size - base);
      const std::uint8_t* bytes = from.data() + below(from.size() - count);
      switch (below(4)) {
        case 0:
          buffer.write(base, {bytes, count});
          std::copy_n(bytes, count, expected.begin() + static_cast<std::ptrdiff_t>(base));
          break;
        case 1: {
          const auto some = buffer.overwrite_some(base, count);
          some[0] = expected[base] = bytes[0];
          break;
        }
        case 2: {
          const auto read = buffer.read(base, count);
          REQUIRE(std::equal(read.begin(), read.end(), expected.begin() + static_cast<std::ptrdiff_t>(base)));
          break;
        }
        default:
          buffer.overwrite(base, count);
          buffer.borrow(base, count, bytes);
          std::copy_n(bytes, count, expected.begin() + static_cast<std::ptrdiff_t>(base));
      }
    }
    buffer.copy_borrowed();
    std::fill(from.begin(), from.end(), std::uint8_t{0});
    const auto all = buffer.read(0, size);
    CHECK(std::equal(all.begin(), all.end(), expected.begin()));
    from = source();
  }
}

TEST_CASE("a buffer knows how far units have worked on it") {
  ScratchBuffer buffer(size);
  const int unit = 0;
  const int other = 0;
  CHECK(buffer.reached() == 0);
  CHECK(buffer.claim(&unit, 8, 24, ScratchBuffer::Use::reads));
  CHECK(buffer.claim(&unit, 0, 16, ScratchBuffer::Use::writes));
  CHECK_FALSE(buffer.claim(&other, 8, 64, ScratchBuffer::Use::writes));
  CHECK(buffer.reached() == 24);
  buffer.release(&unit);
  CHECK(buffer.reached() == 24);
}

}  // namespace
}  // namespace edgebert
