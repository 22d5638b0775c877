// SPDX-License-Identifier: Apache-2.0
// The word embeddings after power-up: read in place from the eNVM, or copied first from LPDDR4 to SRAM and
// read there. Latency and energy up to the last embedding of the first sentence. SystemC-free.
//
//   eNVM          words of the sentence x (read latency, read energy); nothing waits for power-up
//   LPDDR4, SRAM  all bytes at the channel's bandwidth, bits x (DRAM energy) and words x (SRAM write), then
//                 words of the sentence x (SRAM read)
// Words are 64 bits, read one after the other, none shared by two embeddings. Left out on both sides: the
// bus, leakage, the interface's idle power; of LPDDR4 also its own power-up and training, which would only
// widen the gap.
#pragma once
#include <cstdint>

#include "ip/envm/cell_model.hpp"

namespace edgebert::reram {

/// What a packed embedding table asks for.
struct EmbeddingTraffic {
  std::uint64_t stored_bytes;    ///< masks, codes and row index of the whole table
  std::uint64_t sentence_masks;  ///< 64-bit words of masks and row index one sentence reads
  std::uint64_t sentence_codes;  ///< 64-bit words of codes
};

/// Of a table whose rows all have the mean number of codes: the arithmetic of the published comparison.
/// @param density  share of codes that are not zero
EmbeddingTraffic traffic_of(std::uint64_t rows, std::uint64_t columns, double density, std::uint64_t tokens);

/// Figures of the memory that needs a copy.
struct ReloadFigures {
  Figure dram_bandwidth{25.6e9, Confidence::recalled, "LPDDR4-3200, 64 bit, peak; bytes a second"};
  Figure dram_energy{13.5, Confidence::seen, "LPDDR4, Ha, 13 to 14 pJ a bit (Accelergy: 8)"};
  Figure sram_latency{2.61, Confidence::seen, "NVMExplorer, 2 MB SRAM at 22 nm, ns a word"};
  Figure sram_read_energy{1.13, Confidence::seen, "NVMExplorer, 2 MB SRAM at 22 nm, pJ a word"};
  Figure sram_write_energy{1.13, Confidence::assumed, "as a read, pJ a word"};
};

struct LatencyEnergy {
  double seconds;
  double joules;
};

LatencyEnergy read_in_place(const EmbeddingTraffic& traffic, CellKind mask_cell, CellKind data_cell);

/// The copy alone, without the sentence's reads.
LatencyEnergy reload(const EmbeddingTraffic& traffic, const ReloadFigures& figures = {});

/// The copy and the sentence's reads from SRAM.
LatencyEnergy reload_and_read(const EmbeddingTraffic& traffic, const ReloadFigures& figures = {});

/// The published advantage of ReRAM over the reload.
inline constexpr Figure published_latency_ratio{50, Confidence::recalled, "EdgeBERT, MICRO 2021"};
inline constexpr Figure published_energy_ratio{66'000, Confidence::recalled, "EdgeBERT, MICRO 2021"};

}  // namespace edgebert::reram
