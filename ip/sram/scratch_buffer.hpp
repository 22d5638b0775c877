// SPDX-License-Identifier: Apache-2.0
// An SRAM buffer of the accelerator: data, mask or auxiliary. Bytes only; who may touch it when is the units'
// business.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace edgebert {

class ScratchBuffer {
 public:
  explicit ScratchBuffer(std::size_t bytes) : bytes_(bytes, 0) {}

  std::size_t size() const { return bytes_.size(); }
  /// True if `rows` blocks of `row_bytes`, `stride` apart, lie inside.
  bool contains(std::uint64_t base, std::uint64_t rows, std::uint64_t stride, std::uint64_t row_bytes) const {
    return rows == 0 || base + (rows - 1) * stride + row_bytes <= bytes_.size();
  }
  std::span<const std::uint8_t> read(std::size_t base, std::size_t count) const {
    return std::span(bytes_).subspan(base, count);
  }
  void write(std::size_t base, std::span<const std::uint8_t> data) {
    std::memcpy(bytes_.data() + base, data.data(), data.size());
  }
  template <typename Word>
  Word word(std::size_t base) const {
    Word value;
    std::memcpy(&value, bytes_.data() + base, sizeof value);
    return value;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// A data buffer, the mask buffer beside it, and together what one bit-mask decoder reads.
struct DecoderBuffers {
  ScratchBuffer data;
  ScratchBuffer mask;
};

}  // namespace edgebert
