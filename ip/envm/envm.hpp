// SPDX-License-Identifier: Apache-2.0
// The embedded non-volatile memory (ReRAM) that stores the packed word embeddings.
// Modelled: contents, read-only to software, read latency and width, bytes read, codes on their own: they may
// be in other cells than masks and row index. Cells, their errors and area: cell_model.hpp, faults.hpp,
// macro.hpp. Not modelled: programming.
#pragma once
#include "ip/sram/memory.hpp"

namespace edgebert {

class Envm : public Memory {
 public:
  struct Parameters {
    std::uint64_t bytes;
    sc_core::sc_time read_latency;
    sc_core::sc_time cycle;
    std::uint32_t width;
    std::uint32_t read_ports;  ///< words of `width` read in one cycle
  };

  Envm(sc_core::sc_module_name name, const Parameters& parameters)
      : Memory(name, {.bytes = parameters.bytes,
                      .writable = false,
                      .timing = {parameters.read_latency, sc_core::SC_ZERO_TIME, parameters.cycle,
                                 parameters.width}}),
        read_ports_(parameters.read_ports) {}

  BurstTime burst(std::uint64_t offset, std::uint64_t bytes, bool read) override {
    BurstTime took = Memory::burst(offset, bytes, read);
    const std::uint64_t cycle = timing().cycle.value();
    took.data = ceil_divide(took.data / cycle, read_ports_) * cycle;
    return took;
  }

  std::map<std::string, std::uint64_t, std::less<>> counters() const override {
    auto all = Memory::counters();
    all["code_bytes_read"] = part_bytes_read();
    return all;
  }

 private:
  const std::uint32_t read_ports_;
};

}  // namespace edgebert
