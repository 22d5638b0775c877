// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/operand.hpp"

#include <cstring>

#include "ip/numerics/array_codec.hpp"
#include "ip/pu/bit_mask.hpp"

namespace edgebert::sfu {
namespace {

template <typename Element>
void store(ScratchBuffer& buffer, const Location& location, std::uint32_t rows,
           std::span<const Element> values) {
  const std::size_t elements = values.size() / rows;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const auto row = values.subspan(r * elements, elements);
    buffer.write(location.base + std::size_t{r} * location.stride,
                 {reinterpret_cast<const std::uint8_t*>(row.data()), row.size_bytes()});
  }
}

std::optional<Error> load_packed(const DecoderBuffers& decoder, const Location& location, std::uint32_t rows,
                                 std::uint32_t elements, std::vector<std::int32_t>& values) {
  const std::uint32_t row_mask_bytes = 8 * bit_mask::groups(elements);
  if (!decoder.mask.contains(location.mask, rows, row_mask_bytes, row_mask_bytes) ||
      location.base > decoder.data.size()) {
    return Error::operand_outside_buffer;
  }
  std::vector<std::uint8_t> codes;
  if (!bit_mask::unpack(decoder.mask.read(location.mask, std::size_t{rows} * row_mask_bytes),
                        decoder.data.read(location.base, decoder.data.size() - location.base), rows, elements,
                        codes)) {
    return Error::mask_disagrees;
  }
  values.resize(codes.size());
  numerics::decode_working(codes, location.bias(), values);
  return std::nullopt;
}

}  // namespace

bool fits(const Buffers& buffers, const Location& location, std::uint32_t rows, std::uint32_t elements) {
  const std::uint64_t row_bytes = std::uint64_t{elements} * (location.wide() ? 4 : 1);
  return buffers.decoders[location.buffer()].data.contains(location.base, rows, location.stride, row_bytes);
}

std::optional<Error> load(const Buffers& buffers, const Location& location, std::uint32_t rows,
                          std::uint32_t elements, std::vector<std::int32_t>& values) {
  const DecoderBuffers& decoder = buffers.decoders[location.buffer()];
  if (location.kind() == Format::packed) return load_packed(decoder, location, rows, elements, values);
  if (location.kind() != Format::adaptivfloat && location.kind() != Format::wide) return Error::bad_format;
  if (!fits(buffers, location, rows, elements)) return Error::operand_outside_buffer;
  values.resize(std::size_t{rows} * elements);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::span out = std::span(values).subspan(std::size_t{r} * elements, elements);
    const std::size_t base = location.base + std::size_t{r} * location.stride;
    if (location.wide()) {
      std::memcpy(out.data(), decoder.data.read(base, std::size_t{elements} * 4).data(), out.size_bytes());
      // The datapath is 20 bits wide: what else a word holds does not exist for it.
      for (std::int32_t& value : out)
        value = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << 12) >> 12;
    } else {
      numerics::decode_working(decoder.data.read(base, elements), location.bias(), out);
    }
  }
  return std::nullopt;
}

void store_codes(const Buffers& buffers, const Location& location, std::uint32_t rows,
                 std::span<const std::uint8_t> codes) {
  store(buffers.decoders[location.buffer()].data, location, rows, codes);
}

void store_words(const Buffers& buffers, const Location& location, std::uint32_t rows,
                 std::span<const std::int32_t> words) {
  store(buffers.decoders[location.buffer()].data, location, rows, words);
}

}  // namespace edgebert::sfu
