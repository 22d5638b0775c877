// SPDX-License-Identifier: Apache-2.0
// Decoded operands kept on the host, so that weights that come back layer after layer are decoded once. Keyed
// by the stamp the DMA put on their bytes (scratch_buffer.hpp): a memory that was written since, in whatever
// way, has another generation, and the operand is decoded anew. Changes nothing but the simulator's speed.
#pragma once
#include <memory_resource>
#include <unordered_map>

#include "ip/common/huge_pages.hpp"
#include "ip/common/scratch_buffer.hpp"
#include "ip/pu/product_kernel.hpp"

namespace edgebert {

class OperandCache {
 public:
  /// Ten times what an ALBERT-base layer needs.
  static constexpr std::size_t usual_budget = std::size_t{160} << 20;

  /// @param budget  host memory that decoded operands may take
  explicit OperandCache(std::size_t budget = usual_budget) : budget_(budget) {}

  /// How a command reads stamped bytes as a matrix.
  struct View {
    product::Role role;
    bool packed;
    std::uint32_t offset;  ///< from the first byte of the load
    std::uint32_t rows;
    std::uint32_t reduction;
    std::uint32_t stride;
    bool operator==(const View&) const = default;
  };
  struct Entry {
    explicit Entry(std::pmr::memory_resource* storage) : operand(storage) {}
    product::Operand operand;
    std::uint64_t data_bytes = 0;  ///< its extent in the data buffer
    std::uint64_t generation = 0;
    bool valid = false;  ///< decoded from this generation; if not, decode into it and say so
  };

  /// Drops everything if it has grown too large. Entries found before are gone then.
  void keep_within_budget();
  /// The entry of a view of stamped bytes; new, or outdated by a write to the memory: not valid.
  Entry& find(const Stamp& stamp, const View& view);

 private:
  struct Key {
    const void* memory;
    std::array<std::uint32_t, 10> command;
    View view;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  static constexpr std::size_t first_storage = HugePages::page_bytes;

  std::size_t budget_;
  HugePages huge_pages_;
  std::pmr::monotonic_buffer_resource storage_{first_storage, &huge_pages_};  ///< of all entries; before them
  std::unordered_map<Key, Entry, Hash> entries_;
  unsigned new_entries_ = 0;  ///< since the budget was looked at
};

}  // namespace edgebert
