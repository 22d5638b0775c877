// SPDX-License-Identifier: Apache-2.0
// What a SoC is built from: plain values with their defaults, the paper's SoC. Read from YAML by
// platform/config/loader.hpp, where each key's description, unit and range stands.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "contract/formats.hpp"
#include "contract/mailbox.hpp"
#include "ip/dvfs/adpll.hpp"
#include "ip/dvfs/ldo.hpp"
#include "ip/dvfs/vf_curve.hpp"
#include "ip/envm/cell_model.hpp"
#include "ip/pu/product_cost.hpp"
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert {

enum class SequencePad { full, actual };
enum class NumericsPreset { exact, published_cmodel };
enum class EmbeddingStore { envm, dram };

/// A memory on the bus. Sizes in bytes, latencies in nanoseconds, widths in bytes a cycle of its own clock.
struct MemoryConfig {
  std::uint64_t size;
  std::uint32_t width;
  double clock_hz;
  double read_latency_ns;
  double write_latency_ns;
};

enum class MemoryKind { sram, lpddr4 };

/// The memory whose contents are read with faults, and how they are drawn.
enum class FaultyMemory { none, envm, weight_memory, system_sram };
enum class FaultModel { cell, bit_error_rate };

struct SocConfig {
  std::string name = "edgebert";
  std::string model;      ///< model image; looked for beside the YAML file, then in the program's data folder
  std::string firmware;   ///< ELF file; empty: the one built with the program
  std::string predictor;  ///< exit table of policies that predict; looked for as the model is
  NumericsPreset numerics = NumericsPreset::exact;

  struct Exit {
    mailbox::ExitPolicy policy = mailbox::ExitPolicy::ee;
    double threshold = 0.3;  ///< nats; 0 never exits early
    std::uint32_t predict_layer = 1;
    double deadline_seconds = 0;  ///< from arrival to answer; 0: none
  } exit;
  struct Sequence {
    SequencePad pad = SequencePad::full;
  } sequence;
  struct Embedding {
    EmbeddingStore store = EmbeddingStore::envm;  ///< dram: behind the weights in the weight memory
  } embedding;
  struct Clocks {
    double accelerator_hz = 1.0e9;
    double core_hz = 500.0e6;
    double bus_hz = 500.0e6;
  } clocks;
  struct ProcessingUnit {
    std::uint32_t vmac_lanes = 16;  ///< n: 2, 4, 8, 16, 32 or 64
  } pu;
  /// Constants of the cost formulas; those of a preset unless a configuration says otherwise.
  struct Timing {
    product::Costs pu;
    sfu::Costs sfu;

    TimingPreset preset() const { return pu.preset; }
    static constexpr Timing of(TimingPreset preset, std::uint32_t lanes) {
      return {product::costs_of(preset, lanes), sfu::costs_of(preset)};
    }
  } timing = Timing::of(TimingPreset::overlapped, 16);
  struct Buffers {
    std::uint32_t data = 128 * 1024;  ///< each of two
    std::uint32_t mask = 16 * 1024;   ///< each of two
    std::uint32_t auxiliary = 32 * 1024;
  } buffers;
  struct Bus {
    std::uint32_t width = 8;  ///< bytes a bus cycle
    std::uint32_t register_latency =
        4;  ///< bus cycles of a core access to a register or a memory behind the bus
    std::uint32_t burst_overhead = 2;  ///< bus cycles to start a DMA burst
  } bus;
  struct Core {
    std::uint32_t quantum = 10'000;  ///< instructions a core may run ahead at most; changes no result
  } core;
  struct Memories {
    MemoryConfig boot_rom{128 * 1024, 4, 500.0e6, 0, 0};
    MemoryConfig system_sram{2 * 1024 * 1024, 8, 500.0e6, 2, 2};
    MemoryConfig weight_memory{32 * 1024 * 1024, 8, 500.0e6, 40, 40};
    MemoryKind weight_memory_kind = MemoryKind::sram;  ///< lpddr4: latencies come from `lpddr4`
    std::uint32_t envm_read_ports = 1;
    MemoryConfig envm{2 * 1024 * 1024, 8, 500.0e6, 2, 0};
    /// How the eNVM stores bits; its read latency follows unless it is given.
    struct Cells {
      reram::CellKind data = reram::CellKind::mlc2;
      reram::CellKind mask = reram::CellKind::slc;  ///< masks and row index
      reram::LevelCoding coding = reram::LevelCoding::binary;
      reram::Ecc ecc = reram::Ecc::none;
    } envm_cells;
  } memory;
  struct Faults {
    FaultyMemory memory = FaultyMemory::none;
    FaultModel model = FaultModel::cell;
    double rate = 0;  ///< of a bit, with bit_error_rate
    std::uint32_t seed = 1;
  } faults;
  /// LPDDR4-3200, JEDEC JESD209-4 (recalled).
  struct Lpddr4 {
    std::uint32_t row = 2048;  ///< bytes of an open row
    std::uint32_t banks = 8;
    double cas_ns = 17.5;
    double activate_ns = 18;
    double precharge_ns = 18;
    double refresh_interval_ns = 3904;
    double refresh_duration_ns = 180;
  } lpddr4;
  struct Energy {
    std::string table = "energy/edgebert-12nm.yaml";  ///< looked for as the model is; empty: no energy
  } energy;
  /// Voltage and clock of the accelerator's domain.
  struct Dvfs {
    std::string table;  ///< V/f table; looked for beside the YAML file; empty: `points` as they stand here
    std::vector<dvfs::VfPoint> points = dvfs::default_points;  ///< what the table says
    dvfs::Ldo ldo;
    dvfs::Adpll adpll;
  } dvfs;
  struct Limits {
    double simulated_seconds = 60;  ///< a sentence that takes longer has failed
    double wall_seconds = 3600;     ///< a run that takes longer has failed
  } limits;
};

/// exit.threshold as jobs, the early-exit unit and golden take it: Q16.16 nats.
inline std::uint32_t exit_threshold_word(const SocConfig& config) {
  return static_cast<std::uint32_t>(std::lround(config.exit.threshold * (1u << entropy_fraction_bits)));
}

}  // namespace edgebert
