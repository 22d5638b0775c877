// SPDX-License-Identifier: Apache-2.0
// The table of keys. Sources: "figure" is the accelerator figure of the EdgeBERT repository (MICRO 2021);
// "published model" its SystemC (VECTOR_SIZE = 16); "chip" is Tambe et al., ISSCC 2023, paper 22.9. Where
// none says a number, the source says so.
#include "platform/config/schema.hpp"

#include "contract/memory_map.hpp"
#include "platform/config/schema_rows.hpp"

namespace edgebert::config {
namespace {

constexpr double kibi = 1024;
constexpr double mebi = 1024 * 1024;
constexpr std::uint32_t page = 4096;

constexpr const char* figure = "figure";
constexpr const char* assumed = "assumption";

constexpr Range clock_range{1e6, 10e9};
constexpr Range latency_range{0, 1e6};
const std::vector<std::string> lane_choices = {"2", "4", "8", "16", "32", "64"};
const std::vector<std::string> width_choices = {"4", "8", "16", "32", "64"};

std::vector<Key> identity_keys() {
  return {
      text("name", SLOT(name), "what reports call this SoC", "free"),
      text("model", SLOT(model),
           "model image; a relative name is looked for beside the YAML file, then in the program's data "
           "folder",
           "free"),
      text("firmware", SLOT(firmware),
           "firmware ELF, looked for likewise; empty: the one built with the program", "free"),
      choice(
          "numerics", {"exact", "published-cmodel"}, SLOT(numerics),
          "number formats and rounding: exact is docs/numerics.md; published-cmodel gives the matrix unit "
          "the "
          "16-bit wrapping arithmetic of the published SystemC, for replay-vectors only (compatibility mode, "
          "docs/vectors.md)",
          "docs/numerics.md"),
      choice("sequence.pad", {"full", "actual"}, SLOT(sequence.pad),
             "rows computed for a sentence: full = the model's sequence length, actual = its tokens",
             "full: published software pads to 128"),
      choice(
          "embedding.store", {"envm", "dram"}, SLOT(embedding.store),
          "where the packed word embeddings lie: envm = in the eNVM, dram = in the weight memory behind the "
          "weights",
          "figure: ReRAM"),
  };
}

std::vector<Key> accelerator_keys() {
  return {
      number("clocks.accelerator", Unit::hertz, clock_range, SLOT(clocks.accelerator_hz), "accelerator clock",
             "usually quoted for the 12 nm design, not verified; the chip reached 0.717 GHz at 1.0 V"),
      number("clocks.core", Unit::hertz, clock_range, SLOT(clocks.core_hz), "RISC-V core clock", assumed),
      number("clocks.bus", Unit::hertz, clock_range, SLOT(clocks.bus_hz), "bus clock", assumed),
      choice(
          "pu.vmac_lanes", lane_choices, SLOT(pu.vmac_lanes),
          "n: vector MACs of the processing unit, and the width of each; n x n multipliers; cycles at 2 and "
          "64 are extrapolated",
          "published model: 16"),
  };
}

std::vector<Key> buffer_keys() {
  return {
      number("buffers.data", Unit::bytes, {4 * kibi, 16 * mebi, 1024}, SLOT(buffers.data),
             "each of the two data buffers", figure),
      number("buffers.mask", Unit::bytes, {512, 2 * mebi, 512}, SLOT(buffers.mask),
             "each of the two mask buffers: one bit for each byte of a data buffer", figure),
      number("buffers.auxiliary", Unit::bytes, {1 * kibi, 1 * mebi, 1024}, SLOT(buffers.auxiliary),
             "auxiliary buffer: layernorm parameters, span masks, channel biases, row scales", figure),
  };
}

std::vector<Key> system_keys() {
  return {
      choice("bus.width", width_choices, SLOT(bus.width), "bytes a bus cycle moves",
             "published model: 64-bit AXI data master"),
      number("bus.register_latency", Unit::none, {1, 1000, 1}, SLOT(bus.register_latency),
             "bus cycles of a core access to a register or to a memory behind the bus", assumed),
      number("bus.burst_overhead", Unit::none, {0, 1000, 1}, SLOT(bus.burst_overhead),
             "bus cycles to start a DMA burst", assumed),
      number("core.quantum", Unit::none, {1, 1e9, 1}, SLOT(core.quantum),
             "instructions the core may run ahead of the other models at most; changes no result",
             "simulation speed", Influence::none),
  };
}

template <MemoryConfig SocConfig::Memories::*memory, auto member>
Slot memory_slot(SocConfig& config) {
  return &(config.memory.*memory.*member);
}

/// The five keys of a memory.
template <MemoryConfig SocConfig::Memories::*memory>
void add_memory(std::vector<Key>& keys, const memory_map::Region& region, const std::string& what,
                const std::string& size_source, const std::string& latency_source) {
  const std::string path = std::string("memory.") + region.name;
  keys.push_back(number(path + ".size", Unit::bytes, {page, static_cast<double>(region.room), page},
                        memory_slot<memory, &MemoryConfig::size>, what + ": size", size_source));
  keys.push_back(choice(path + ".width", width_choices, memory_slot<memory, &MemoryConfig::width>,
                        what + ": bytes a cycle of its clock", assumed));
  keys.push_back(number(path + ".clock", Unit::hertz, clock_range,
                        memory_slot<memory, &MemoryConfig::clock_hz>, what + ": clock", assumed));
  keys.push_back(number(path + ".read_latency", Unit::nanoseconds, latency_range,
                        memory_slot<memory, &MemoryConfig::read_latency_ns>, what + ": first word of a read",
                        latency_source));
  keys.push_back(number(path + ".write_latency", Unit::nanoseconds, latency_range,
                        memory_slot<memory, &MemoryConfig::write_latency_ns>,
                        what + ": first word of a write", latency_source));
}

std::vector<Key> memory_keys() {
  using Memories = SocConfig::Memories;
  std::vector<Key> keys;
  add_memory<&Memories::boot_rom>(keys, memory_map::boot_rom, "boot ROM with the firmware",
                                  "holds the firmware", assumed);
  add_memory<&Memories::system_sram>(
      keys, memory_map::system_sram, "system SRAM with firmware data and activations",
      "sized for the activations", "2 MB SRAM macros at 22 nm, NVMExplorer: 1.3 to 2.6 ns");
  add_memory<&Memories::weight_memory>(keys, memory_map::weight_memory, "weight memory",
                                       "holds ALBERT-base and, with embedding.store dram, its embeddings",
                                       "assumption, of LPDDR4's order");
  keys.push_back(choice("memory.weight_memory.kind", {"sram", "lpddr4"}, SLOT(memory.weight_memory_kind),
                        "sram = fixed latencies; lpddr4 = rows and refresh, instead of the latencies",
                        "assumption"));
  add_memory<&Memories::envm>(
      keys, memory_map::envm, "eNVM (ReRAM) with the word embeddings", figure,
      "read: the slower of its cells in whole cycles of its clock, 1.54 ns (recalled) of 2-bit "
      "cells; not writable here");
  keys.push_back(number("memory.envm.read_ports", Unit::none, {1, 16, 1}, SLOT(memory.envm_read_ports),
                        "eNVM: words of its width read in one cycle", assumed));
  return keys;
}

std::vector<Key> lpddr4_keys() {
  const std::string jedec = "JEDEC JESD209-4, LPDDR4-3200 (recalled)";
  return {
      number("lpddr4.row", Unit::bytes, {64, 64 * kibi, 64}, SLOT(lpddr4.row), "bytes of an open row", jedec),
      number("lpddr4.banks", Unit::none, {1, 64, 1}, SLOT(lpddr4.banks), "banks, each with one open row",
             jedec),
      number("lpddr4.cas", Unit::nanoseconds, latency_range, SLOT(lpddr4.cas_ns),
             "from a column command to its first beat", jedec),
      number("lpddr4.activate", Unit::nanoseconds, latency_range, SLOT(lpddr4.activate_ns),
             "to open a row (tRCD)", jedec),
      number("lpddr4.precharge", Unit::nanoseconds, latency_range, SLOT(lpddr4.precharge_ns),
             "to close a row (tRP)", jedec),
      number("lpddr4.refresh_interval", Unit::nanoseconds, {1000, 1e6}, SLOT(lpddr4.refresh_interval_ns),
             "between two refreshes of all banks (tREFI)", jedec),
      number("lpddr4.refresh_duration", Unit::nanoseconds, {0, 999}, SLOT(lpddr4.refresh_duration_ns),
             "of one refresh of all banks (tRFC)", jedec),
  };
}

std::vector<Key> energy_keys() {
  return {
      text("energy.table", SLOT(energy.table),
           "energy table (docs/energy.md), looked for as the model is; empty: reports say nothing of energy",
           "free"),
  };
}

std::vector<Key> limit_keys() {
  return {
      number("limits.simulated_time", Unit::seconds, {1e-6, 1e6}, SLOT(limits.simulated_seconds),
             "simulated time after which a sentence has failed", "ours"),
      number("limits.wall_time", Unit::seconds, {1e-3, 1e6}, SLOT(limits.wall_seconds),
             "wall time after which a run has failed", "ours", Influence::none),
  };
}

}  // namespace

std::span<const Key> schema() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> all;
    for (std::vector<Key> (*part)() :
         {identity_keys, exit_keys, accelerator_keys, timing_keys, buffer_keys, system_keys, memory_keys,
          envm_cell_keys, lpddr4_keys, energy_keys, dvfs_keys, fault_keys, limit_keys}) {
      for (Key& key : part()) all.push_back(std::move(key));
    }
    return all;
  }();
  return keys;
}

}  // namespace edgebert::config
