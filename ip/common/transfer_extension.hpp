// SPDX-License-Identifier: Apache-2.0
// What an initiator may ask of a bus transfer beyond TLM-2.0's payload, and what it is told: several rows at
// once, bytes by reference, where time went. Only a bus and memories of this project understand it; who does
// not attach it does not pay.
#pragma once
#include <cstdint>
#include <tlm>

namespace edgebert {

/// Who holds references to a memory's bytes.
class Borrower {
 public:
  virtual ~Borrower() = default;
  /// The bytes are about to change: copy those that are still wanted.
  virtual void copy_borrowed() = 0;
};

struct TransferExtension : tlm::tlm_extension<TransferExtension> {
  // Asked by the initiator. The payload describes the first row; all rows have its length.
  std::uint32_t rows = 1;
  std::uint64_t memory_stride = 0;  ///< from row to row; a row's length: one run of bytes
  std::size_t data_stride = 0;      ///< the same at the payload's data pointer
  /// Not nullptr: a single row may be read without copying it.
  Borrower* borrower = nullptr;

  // Filled by the memory that answers a read.
  const std::uint8_t* borrowed = nullptr;  ///< the bytes, which were not copied then
  const void* memory = nullptr;            ///< nullptr: one whose generation does not tell of all writes
  std::uint64_t generation = 0;            ///< of its contents
  // Filled by the bus, in units of the time resolution. What is left of the
  // transfer's time are its beats.
  std::uint64_t latency = 0;   ///< of the memory, once a burst
  std::uint64_t overhead = 0;  ///< of the bus, once a burst

  /// From the first byte of the first row to the last byte of the last one.
  std::uint64_t extent(std::uint64_t row_bytes) const {
    return std::uint64_t{rows - 1} * memory_stride + row_bytes;
  }

  tlm::tlm_extension_base* clone() const override { return new TransferExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TransferExtension&>(other);
  }
};

}  // namespace edgebert
