// SPDX-License-Identifier: Apache-2.0
// How the special function units read operands from and write results to the data buffers, in Q8.12.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ip/common/scratch_buffer.hpp"
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::sfu {

/// The buffers the units work on.
struct Buffers {
  std::array<DecoderBuffers, 2>& decoders;
  ScratchBuffer& auxiliary;
};

/// A matrix in a data buffer, as the *_FORMAT, *_BASE, *_STRIDE and *_MASK registers describe it.
struct Location {
  std::uint32_t format;
  std::uint32_t base;
  std::uint32_t stride;
  std::uint32_t mask = 0;

  Format kind() const { return static_cast<Format>(format_kind.get(format)); }
  std::uint32_t buffer() const { return format_buffer.get(format); }
  std::uint32_t bias() const { return format_bias.get(format); }
  bool wide() const { return kind() == Format::wide; }
};

/// Reads rows x elements in Q8.12. @param values  out; storage is reused
/// @return why it cannot be read, or nothing
std::optional<Error> load(const Buffers& buffers, const Location& location, std::uint32_t rows,
                          std::uint32_t elements, std::vector<std::int32_t>& values);

/// True if rows x elements of the location's format lie inside its buffer. Not for packed operands.
bool fits(const Buffers& buffers, const Location& location, std::uint32_t rows, std::uint32_t elements);

/// Writes one row-major matrix of codes or words.
void store_codes(const Buffers& buffers, const Location& location, std::uint32_t rows,
                 std::span<const std::uint8_t> codes);
void store_words(const Buffers& buffers, const Location& location, std::uint32_t rows,
                 std::span<const std::int32_t> words);

}  // namespace edgebert::sfu
