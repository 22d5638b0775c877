// SPDX-License-Identifier: Apache-2.0
// What a bus transfer was like: an extension that an initiator attaches to its payload to be told. Who does
// not ask does not pay.
#pragma once
#include <cstdint>
#include <tlm>

namespace edgebert {

struct TransferReport : tlm::tlm_extension<TransferReport> {
  // Filled by the memory that answers a read.
  const void* memory = nullptr;  ///< nullptr: one whose generation does not tell of all writes
  std::uint64_t generation = 0;  ///< of its contents
  // Filled by the bus, in units of the time resolution. What is left of the
  // transfer's time are its beats.
  std::uint64_t latency = 0;   ///< of the memory, once a burst
  std::uint64_t overhead = 0;  ///< of the bus, once a burst

  tlm::tlm_extension_base* clone() const override { return new TransferReport(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TransferReport&>(other);
  }
};

}  // namespace edgebert
