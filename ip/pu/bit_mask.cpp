// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/bit_mask.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace edgebert::bit_mask {

#ifdef __x86_64__
[[gnu::target_clones("popcnt", "default")]]
#endif
std::size_t
population(const std::uint8_t* masks, std::size_t words) {
  std::size_t bits = 0;
  for (std::size_t word = 0; word < words; ++word)
    bits += static_cast<std::size_t>(std::popcount(load(masks, word)));
  return bits;
}

namespace {

const std::uint8_t* expand_plainly(std::uint64_t mask, const std::uint8_t* data, std::uint8_t* out) {
  std::memset(out, 0, mask_group);
  return expand(mask, data, out);
}

#ifdef __x86_64__
/// Eight codes at a time: PDEP widens the mask's bits to bytes and puts the codes there.
/// @param data  mask_group bytes can be read
[[gnu::target("bmi2,popcnt")]] const std::uint8_t* expand_by_deposit(std::uint64_t mask,
                                                                     const std::uint8_t* data,
                                                                     std::uint8_t* out) {
  constexpr std::uint64_t low_bits = 0x0101010101010101;
  constexpr std::uint64_t byte = 0xff;
  for (std::uint32_t k = 0; k < mask_group; k += 8, mask >>= 8) {
    std::uint64_t codes;
    std::memcpy(&codes, data, sizeof codes);
    const std::uint64_t place = _pdep_u64(mask & byte, low_bits) * byte;
    codes = _pdep_u64(codes, place);
    std::memcpy(out + k, &codes, sizeof codes);
    data += std::popcount(mask & byte);
  }
  return data;
}

const bool has_deposit = __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
#endif

}  // namespace

const std::uint8_t* expand_groups(const std::uint8_t* masks, std::size_t count, const std::uint8_t* data,
                                  const std::uint8_t* end, std::uint8_t* out) {
  for (std::size_t group = 0; group < count; ++group, out += mask_group) {
    const std::uint64_t mask = load(masks, group);
#ifdef __x86_64__
    if (has_deposit && end - data >= std::ptrdiff_t{mask_group}) {
      data = expand_by_deposit(mask, data, out);
      continue;
    }
#endif
    data = expand_plainly(mask, data, out);
  }
  return data;
}

std::optional<std::size_t> count(std::span<const std::uint8_t> masks, std::uint32_t rows,
                                 std::uint32_t columns) {
  const std::uint32_t words = groups(columns);
  const std::uint32_t last_bits = columns % mask_group;
  const std::uint64_t beyond = last_bits == 0 ? 0 : ~std::uint64_t{0} << last_bits;
  for (std::size_t row = 1; row <= rows && beyond != 0; ++row) {
    if ((load(masks.data(), row * words - 1) & beyond) != 0) return std::nullopt;
  }
  return population(masks.data(), std::size_t{rows} * words);
}

std::optional<std::size_t> unpack(std::span<const std::uint8_t> masks, std::span<const std::uint8_t> data,
                                  std::uint32_t rows, std::uint32_t columns,
                                  std::vector<std::uint8_t>& codes) {
  const auto consumed = count(masks, rows, columns);
  if (!consumed || *consumed > data.size()) return std::nullopt;
  codes.assign(std::size_t{rows} * columns, 0);
  const std::uint8_t* next = data.data();
  std::size_t word = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::uint8_t* out = codes.data() + std::size_t{row} * columns;
    for (std::uint32_t first = 0; first < columns; first += mask_group) {
      next = expand(load(masks.data(), word++), next, out + first);
    }
  }
  return consumed;
}

Packed pack(std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t columns) {
  Packed packed;
  packed.masks.assign(std::size_t{rows} * groups(columns), 0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const std::uint8_t code = codes[std::size_t{row} * columns + column];
      if ((code & 0x7f) == 0) continue;
      packed.masks[std::size_t{row} * groups(columns) + column / mask_group] |= std::uint64_t{1}
                                                                                << column % mask_group;
      packed.data.push_back(code);
    }
  }
  return packed;
}

}  // namespace edgebert::bit_mask
