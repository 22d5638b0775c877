// SPDX-License-Identifier: Apache-2.0
// An SRAM buffer of the accelerator: data, mask or auxiliary. Holds bytes; knows which unit is working on
// which of them, and for bytes that the DMA loaded, what they were loaded from.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "ip/common/buffer_port.hpp"

namespace edgebert {

/// What a DMA load read and how it laid it out. Two loads with equal stamps bring equal bytes: what was
/// derived from the first is good for the second.
struct Stamp {
  const void* memory = nullptr;  ///< nullptr: the bytes depend on more than one memory in one state
  std::uint64_t generation = 0;  ///< of the memory when it was read; without one, a number no other load has
  std::array<std::uint32_t, 10> command{};  ///< the registers that chose the bytes
  std::uint32_t row_bytes = 0;              ///< layout in the buffer: rows of so many bytes
  std::uint32_t stride = 0;                 ///< from row to row

  bool operator==(const Stamp&) const = default;

  /// True if all rows of a matrix that begins `offset` bytes into the load consist of loaded bytes.
  bool covers_rows(std::size_t offset, std::size_t bytes, std::size_t view_stride) const {
    return row_bytes == stride || (view_stride == stride && offset % stride + bytes <= row_bytes);
  }
};

class ScratchBuffer {
 public:
  enum class Use { reads, writes };

  BufferPort port;

  explicit ScratchBuffer(std::size_t bytes) : bytes_(bytes, 0) {
    claims_.reserve(expected_regions);
    stamps_.reserve(expected_regions);
    borrowed_.reserve(expected_regions);
  }

  std::size_t size() const { return bytes_.size(); }
  /// True if `rows` blocks of `row_bytes`, `stride` apart, lie inside.
  bool contains(std::uint64_t base, std::uint64_t rows, std::uint64_t stride, std::uint64_t row_bytes) const {
    return rows == 0 || base + (rows - 1) * stride + row_bytes <= bytes_.size();
  }
  std::span<const std::uint8_t> read(std::size_t base, std::size_t count) const {
    copy_borrowed(base, base + count);
    return std::span(bytes_).subspan(base, count);
  }
  void write(std::size_t base, std::span<const std::uint8_t> data) {
    std::ranges::copy(data, overwrite(base, data.size()).begin());
  }
  /// Bytes to be written in place, all of them. What was known of them is forgotten.
  std::span<std::uint8_t> overwrite(std::size_t base, std::size_t count) {
    give_back(base, base + count);
    forget(base, base + count);
    return std::span(bytes_).subspan(base, count);
  }
  /// The same where some bytes in between keep their value.
  std::span<std::uint8_t> overwrite_some(std::size_t base, std::size_t count) {
    copy_borrowed(base, base + count);
    forget(base, base + count);
    return std::span(bytes_).subspan(base, count);
  }
  /// Takes the bytes at `from` for those at `base`, just overwritten: they are copied when somebody reads
  /// them. Weights come back layer after layer and were decoded long ago (ip/pu/operand_cache.hpp).
  void borrow(std::size_t base, std::size_t count, const std::uint8_t* from) {
    borrowed_.push_back({base, base + count, from});
  }
  /// What was borrowed is about to change where it came from.
  void copy_borrowed() const { copy_borrowed(0, bytes_.size()); }
  template <typename Word>
  Word word(std::size_t base) const {
    copy_borrowed(base, base + sizeof(Word));
    Word value;
    std::memcpy(&value, bytes_.data() + base, sizeof value);
    return value;
  }

  /// Says what the bytes begin ... end - 1, just written, were loaded from.
  void stamp(std::size_t begin, std::size_t end, const Stamp& stamp) {
    forget(begin, end);
    stamps_.push_back({begin, end, stamp});
  }
  /// A place inside what one load brought.
  struct Stamped {
    const Stamp* stamp;  ///< nullptr: not all of it comes from one load
    std::size_t offset;  ///< from the first byte of that load
  };
  Stamped stamped(std::size_t begin, std::size_t end) const {
    for (const Region& region : stamps_) {
      if (begin >= region.begin && end <= region.end) return {&region.stamp, begin - region.begin};
    }
    return {nullptr, 0};
  }

  /// A unit begins to work on bytes begin ... end - 1. @return false if another one does, and one of the two
  /// writes
  bool claim(const void* owner, std::size_t begin, std::size_t end, Use use) {
    for (const Claim& other : claims_) {
      const bool meets = begin < other.end && other.begin < end && owner != other.owner;
      if (meets && (use == Use::writes || other.use == Use::writes)) return false;
    }
    claims_.push_back({owner, begin, end, use});
    reached_ = std::max(reached_, end);
    return true;
  }
  /// Bytes that units are working on.
  std::size_t claimed_bytes() const {
    std::vector<std::pair<std::size_t, std::size_t>> spans;
    for (const Claim& each : claims_) spans.emplace_back(each.begin, each.end);
    std::ranges::sort(spans);
    std::size_t bytes = 0;
    std::size_t counted_to = 0;
    for (const auto& [begin, end] : spans) {
      bytes += std::max(end, counted_to) - std::max(begin, counted_to);
      counted_to = std::max(end, counted_to);
    }
    return bytes;
  }
  /// Behind the last byte that any unit has worked on.
  std::size_t reached() const { return reached_; }
  void release(const void* owner) {
    std::erase_if(claims_, [owner](const Claim& each) { return each.owner == owner; });
  }

 private:
  static constexpr std::size_t expected_regions = 16;

  struct Claim {
    const void* owner;
    std::size_t begin, end;
    Use use;
  };
  struct Region {
    std::size_t begin, end;
    Stamp stamp;
  };

  struct Borrowed {
    std::size_t begin, end;
    const std::uint8_t* from;
  };

  void copy_borrowed(std::size_t begin, std::size_t end) const {
    std::erase_if(borrowed_, [=, this](const Borrowed& each) {
      const bool meets = begin < each.end && each.begin < end;
      if (meets) std::memcpy(bytes_.data() + each.begin, each.from, each.end - each.begin);
      return meets;
    });
  }
  /// Nobody will read what was borrowed for begin ... end - 1.
  void give_back(std::size_t begin, std::size_t end) {
    const std::size_t before = borrowed_.size();
    for (std::size_t i = 0; i < before; ++i) {
      const Borrowed each = borrowed_[i];
      if (begin >= each.end || each.begin >= end) continue;
      borrowed_[i].end = std::max(each.begin, std::min(each.end, begin));
      if (end < each.end) borrowed_.push_back({end, each.end, each.from + (end - each.begin)});
    }
    std::erase_if(borrowed_, [](const Borrowed& each) { return each.begin == each.end; });
  }
  void forget(std::size_t begin, std::size_t end) {
    std::erase_if(stamps_, [=](const Region& each) { return begin < each.end && each.begin < end; });
  }

  mutable std::vector<std::uint8_t> bytes_;  ///< right where nothing is borrowed
  mutable std::vector<Borrowed> borrowed_;   ///< do not overlap
  std::vector<Claim> claims_;
  std::vector<Region> stamps_;
  std::size_t reached_ = 0;
};

/// A data buffer, the mask buffer beside it, and together what one bit-mask decoder reads.
struct DecoderBuffers {
  ScratchBuffer data;
  ScratchBuffer mask;
};

}  // namespace edgebert
