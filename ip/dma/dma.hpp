// SPDX-License-Identifier: Apache-2.0
// The DMA engine: the accelerator's own bus initiator. Moves two-dimensional blocks between memories and
// buffers, and gathers rows of bit-mask-packed matrices. Registers: dma_regs.hpp.
//
// Modelled: function; time as the bus and the memories charge each burst, one burst after the other (one
// outstanding, as the published AXI masters), a block that is contiguous in memory is one run of bursts; bus
// errors with the address; counters. A packed load reads what hardware would have to: the row list, the row
// index, the masks from the row's first group on (their population says where a group's codes start), then
// the codes. Not modelled: the buffer side, which is never the slower one. All bytes move when the command
// starts: until it completes no other unit may touch them in the buffer (Unit::claim), so nobody sees the
// difference.
//
// A load stamps what it writes with its source (scratch_buffer.hpp). Only what one memory in one state
// decides alone can come a second time: not what a row list chose, nor what a core may have changed by a
// private port.
#pragma once
#include <array>

#include <tlm_utils/simple_initiator_socket.h>

#include "ip/common/scratch_buffer.hpp"
#include "ip/common/unit.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/sram/memory.hpp"

namespace edgebert {

class Dma : public Unit, private Borrower {
 public:
  tlm_utils::simple_initiator_socket<Dma> bus{"bus"};

  /// @param port_bytes  bytes that one access of a data buffer's port moves
  Dma(sc_core::sc_module_name name, std::uint32_t port_bytes, std::array<DecoderBuffers, 2>& decoders,
      ScratchBuffer& auxiliary, const ClockDomain& clock);

 private:
  /// A dense command.
  struct Block {
    std::uint32_t base, stride, row_bytes, rows;  ///< in the buffer
    std::uint32_t address, memory_stride;
  };
  /// Bytes that follow each other in memory.
  struct Run {
    std::uint64_t address;
    std::size_t bytes;
  };

  void start() override;
  void finish() override;
  Work work() const override;
  void load();
  void store();
  void load_packed();
  bool read_index_and_masks(ScratchBuffer& buffer, std::size_t base);
  bool read_whole_rows(ScratchBuffer& buffer, std::size_t base);
  bool read_row(std::uint32_t row, std::span<std::uint8_t> masks);
  bool row_start(std::uint32_t row, std::uint32_t& address);
  bool read(std::uint64_t address, std::span<std::uint8_t> to);
  const std::uint8_t* read_run(const Run& run, ScratchBuffer& buffer, std::size_t to);
  void copy_borrowed() override;
  bool move_rows(tlm::tlm_command command, std::uint8_t* data);
  bool transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes, std::size_t count);
  void note_source();
  void seal_stamp();
  ScratchBuffer* buffer() const;
  Block block() const;
  Cycles elapsed() const { return clock().cycles(time_) + 1; }
  void use_data_port(ScratchBuffer& buffer, std::uint64_t rows, std::uint64_t row_bytes);
  void complete_transfer();
  void fail_on_bus();

  const std::uint32_t port_bytes_;
  std::array<DecoderBuffers, 2>& decoders_;
  ScratchBuffer& auxiliary_;
  std::uint64_t& bytes_loaded_ = counters.declare("bytes_loaded");
  std::uint64_t& bytes_stored_ = counters.declare("bytes_stored");
  tlm::tlm_generic_payload payload_;
  TransferExtension* extension_;  ///< the payload's extension, and the payload's to free
  struct {
    dma::Operation operation;
    std::size_t bytes;           ///< moved in or out of buffers
    std::uint32_t packed_bytes;  ///< codes of a packed load
  } running_{};
  Stamp stamp_;              ///< of what the running command reads
  std::uint64_t reads_ = 0;  ///< of the running command
  std::uint64_t unrepeatable_loads_ = 0;
  // Storage is kept from command to command.
  std::vector<std::uint8_t> run_;  ///< masks of a packed row, from its first group on
  std::vector<Run> data_runs_;     ///< where the codes of a packed load lie
  std::vector<std::uint16_t> row_numbers_;
  sc_core::sc_time time_;          ///< what the bus charged for the running command
  std::uint64_t memory_time_ = 0;  ///< the part of it that is latency, in units of the time resolution
  std::uint64_t bus_time_ = 0;     ///< the part of it that is overhead
};

}  // namespace edgebert
