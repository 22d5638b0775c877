// SPDX-License-Identifier: Apache-2.0
// A memory outside the chip: one LPDDR4 channel. Timing: lpddr4_timing.hpp; everything else as any memory.
#pragma once
#include "ip/dram/lpddr4_timing.hpp"
#include "ip/sram/memory.hpp"

namespace edgebert {

class Lpddr4 : public Memory {
 public:
  struct Parameters {
    std::uint64_t bytes;
    sc_core::sc_time cycle;  ///< of `width` bytes
    std::uint32_t width;
    dram::Lpddr4Parameters timing;
  };

  Lpddr4(sc_core::sc_module_name name, const Parameters& parameters)
      : Memory(name, {.bytes = parameters.bytes,
                      .writable = true,
                      .timing = {sc_core::SC_ZERO_TIME, sc_core::SC_ZERO_TIME, parameters.cycle,
                                 parameters.width}}),
        cycle_(parameters.cycle.value()),
        width_(parameters.width),
        timing_(parameters.timing) {}

  BurstTime burst(std::uint64_t offset, std::uint64_t bytes, bool) override {
    const auto took = timing_.burst(offset, bytes, width_, cycle_);
    return {took.latency, took.data};
  }
  bool without_history() const override { return false; }
  std::uint64_t activates() const override { return timing_.row_misses(); }
  void settle() override { timing_.close_rows(); }
  std::map<std::string, std::uint64_t, std::less<>> counters() const override {
    auto all = Memory::counters();
    all["row_hits"] = timing_.row_hits();
    all["row_misses"] = timing_.row_misses();
    return all;
  }

 private:
  const dram::Femtoseconds cycle_;
  const std::uint32_t width_;
  dram::Lpddr4Timing timing_;
};

}  // namespace edgebert
