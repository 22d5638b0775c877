// SPDX-License-Identifier: Apache-2.0
// A memory on the bus: boot ROM, system SRAM, weight memory. Holds bytes; the bus charges its time from
// `timing`. Modelled: contents, access rights, size, read and write latency, width, own clock; a generation
// that any write bumps. Not modelled: banks, row hits, refresh.
#pragma once
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include <tlm_utils/simple_target_socket.h>

#include "ip/common/timing.hpp"
#include "ip/common/transfer_extension.hpp"

namespace edgebert {

/// A memory of fixed latency.
struct MemoryTiming {
  sc_core::sc_time read_latency;
  sc_core::sc_time write_latency;
  sc_core::sc_time cycle;   ///< of the memory's own clock
  std::uint32_t width = 8;  ///< bytes a cycle
};

/// How long a memory takes for one burst, in units of the time resolution: bursts are too many to convert
/// each.
struct BurstTime {
  std::uint64_t latency;  ///< to the first beat
  std::uint64_t data;     ///< all beats
};

/// Beats of `width` bytes that an unaligned run touches.
constexpr std::uint64_t beats(std::uint64_t address, std::uint64_t bytes, std::uint32_t width) {
  return ceil_divide(address + bytes, width) - address / width;
}

class Memory : public sc_core::sc_module {
 public:
  struct Parameters {
    std::uint64_t bytes;
    bool writable = true;  ///< over the bus; the back door always may
    /// A core also reaches the contents without the bus: the generation does not tell of all writes.
    bool private_port = false;
    MemoryTiming timing;
  };

  tlm_utils::simple_target_socket<Memory> socket{"socket"};

  Memory(sc_core::sc_module_name name, const Parameters& parameters);

  /// Over the bus only; a core's private port is not counted.
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  /// From the first to behind the last byte that was written over the bus.
  struct Extent {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t bytes() const { return end - begin; }
  };
  Extent written() const { return written_; }
  /// Reads of a part of the contents are counted on their own, too: what it is made of may differ.
  void set_part(std::uint64_t offset, std::uint64_t bytes) { part_ = {offset, offset + bytes}; }
  std::uint64_t part_bytes_read() const { return part_bytes_read_; }
  const MemoryTiming& timing() const { return parameters_.timing; }
  /// A burst at an offset into the memory. May change what later bursts take (open rows).
  virtual BurstTime burst(std::uint64_t offset, std::uint64_t bytes, bool read);
  /// True if equal bursts that begin at equal places of a word of the memory take equal time, whatever came
  /// before.
  virtual bool without_history() const { return true; }
  /// Between two jobs: what a long pause does to the memory's state.
  virtual void settle() {}
  /// Rows opened; 0 for a memory without rows.
  virtual std::uint64_t activates() const { return 0; }
  /// What it has done since reset, by name.
  virtual std::map<std::string, std::uint64_t, std::less<>> counters() const {
    return {{"bytes_read", bytes_read_}, {"bytes_written", bytes_written_}};
  }
  std::uint64_t size() const { return parameters_.bytes; }
  /// Back door: the contents themselves, to be written at once. Whoever writes through it calls touch().
  std::span<std::uint8_t> contents() {
    call_in_borrowed();
    return {bytes_.get(), parameters_.bytes};
  }
  /// Changes with every write, so that what was derived from the contents can be kept until then.
  std::uint64_t generation() const { return generation_; }
  void touch() { ++generation_; }
  /// Called after each write over the bus, with its place: whoever holds copies of the contents drops them.
  void on_write(std::function<void(std::uint64_t offset, std::size_t bytes)> sink) {
    write_sink_ = std::move(sink);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void read(tlm::tlm_generic_payload& payload, TransferExtension* extension);
  void write(tlm::tlm_generic_payload& payload, const TransferExtension* extension);
  void call_in_borrowed();

  Parameters parameters_;
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  /// Zeros from calloc: pages nothing touches cost the host nothing.
  std::unique_ptr<std::uint8_t[], Free> bytes_;
  std::function<void(std::uint64_t, std::size_t)> write_sink_;
  std::vector<Borrower*> borrowers_;
  std::uint64_t generation_ = 0;
  struct {
    std::uint64_t begin = 0, end = 0;
  } part_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t part_bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
  Extent written_;
};

}  // namespace edgebert
