// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/bit_mask.hpp"

#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"

using namespace edgebert;

namespace {
std::span<const std::uint8_t> bytes_of(const std::vector<std::uint64_t>& masks) {
  return {reinterpret_cast<const std::uint8_t*>(masks.data()), masks.size() * 8};
}
}  // namespace

TEST_CASE("bit mask: packing and unpacking gives the codes back, any width and density") {
  test::Random random(1);
  for (const std::uint32_t columns : {1u, 63u, 64u, 65u, 128u, 192u, 768u}) {
    for (const unsigned zeros : {0u, 128u, 250u, 256u}) {
      const auto codes = test::random_codes(random, 7 * columns, zeros);
      const auto packed = bit_mask::pack(codes, 7, columns);
      REQUIRE(packed.masks.size() == 7 * bit_mask::groups(columns));
      std::vector<std::uint8_t> unpacked;
      REQUIRE(bit_mask::unpack(bytes_of(packed.masks), packed.data, 7, columns, unpacked) ==
              packed.data.size());
      CHECK(unpacked == codes);
    }
  }
}

TEST_CASE("bit mask: groups are expanded alike whatever follows their codes") {
  test::Random random(2);
  for (const unsigned zeros : {0u, 13u, 128u, 250u, 256u}) {
    const auto codes = test::random_codes(random, 5 * 64, zeros);
    auto packed = bit_mask::pack(codes, 1, 5 * 64);
    std::vector<std::uint8_t> expected = codes;
    for (std::uint8_t& code : expected) code = (code & 0x7f) == 0 ? 0 : code;
    const std::size_t consumed = packed.data.size();
    for (const std::size_t behind : {0u, 1u, 63u, 64u, 200u}) {
      packed.data.resize(consumed + behind, 0xff);
      std::vector<std::uint8_t> expanded(5 * 64, 0xee);
      const std::uint8_t* data = packed.data.data();
      CHECK(bit_mask::expand_groups(bytes_of(packed.masks).data(), 5, data, data + packed.data.size(),
                                    expanded.data()) == data + consumed);
      CHECK(expanded == expected);
    }
  }
}

TEST_CASE("bit mask: a row of 66 codes, by hand") {
  std::vector<std::uint8_t> codes(66, 0);
  codes[1] = 0x31;
  codes[64] = 0xb2;
  codes[65] = 0x80;  // minus zero is zero
  const auto packed = bit_mask::pack(codes, 1, 66);
  CHECK(packed.masks == std::vector<std::uint64_t>{2, 1});
  CHECK(packed.data == std::vector<std::uint8_t>{0x31, 0xb2});
}

TEST_CASE("bit mask: masks that name more codes than there are, or a column that is not, are refused") {
  std::vector<std::uint8_t> codes;
  const std::vector<std::uint8_t> data = {1, 2, 3};
  const std::vector<std::uint64_t> four = {0xf};
  CHECK_FALSE(bit_mask::unpack(bytes_of(four), data, 1, 64, codes));
  const std::vector<std::uint64_t> outside = {1u << 10};
  CHECK_FALSE(bit_mask::unpack(bytes_of(outside), data, 1, 10, codes));
  CHECK(bit_mask::unpack(bytes_of(outside), data, 1, 11, codes) == 1);
}
