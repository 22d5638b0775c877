// SPDX-License-Identifier: Apache-2.0
// The DMA engine: the accelerator's own bus initiator. Moves two-dimensional blocks between memories and
// buffers, and gathers rows of bit-mask-packed matrices. Registers: dma_regs.hpp.
//
// Modelled: function; time as the bus and the memories charge each burst, one burst after the other (one
// outstanding, as the published AXI masters), a block that is contiguous in memory is one run of bursts; bus
// errors with the address; counters. A packed load reads what hardware would have to: the row list, the row
// index, the masks from the row's first group on (their population says where a group's codes start), then
// the codes. Not modelled: the buffer side, which is never the slower one; memory is read or written when the
// command starts, a buffer is written when it completes.
#pragma once
#include <array>

#include <tlm_utils/simple_initiator_socket.h>

#include "ip/common/unit.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/sram/scratch_buffer.hpp"

namespace edgebert {

class Dma : public Unit {
 public:
  tlm_utils::simple_initiator_socket<Dma> bus{"bus"};

  Dma(sc_core::sc_module_name name, std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary,
      const ClockDomain& clock);

 private:
  struct PackedRow {
    std::uint64_t data_address;
    std::vector<std::uint8_t> masks;  ///< of the groups asked for
    std::size_t data_bytes;
  };

  void start() override;
  void load();
  void store();
  void load_packed();
  bool gather(std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data);
  bool read_whole_rows(std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data);
  bool read_row(std::uint32_t row, std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& data);
  bool row_start(std::uint32_t row, std::uint32_t& address);
  ScratchBuffer* buffer(dma::Buffer which);
  bool transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes, std::size_t count);
  bool read_append(std::uint64_t address, std::size_t count, std::vector<std::uint8_t>& to);
  Cycles elapsed() const { return clock().cycles(time_) + 1; }
  void fail_on_bus();

  std::array<DecoderBuffers, 2>& decoders_;
  ScratchBuffer& auxiliary_;
  sc_core::sc_time time_;  ///< what the bus charged for the running command
};

}  // namespace edgebert
