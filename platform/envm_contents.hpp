// SPDX-License-Identifier: Apache-2.0
// What an image puts into which cells of the eNVM, and what faults make of it. No SystemC.
#pragma once
#include "contract/memory_map.hpp"
#include "contract/model_image.hpp"
#include "ip/envm/faults.hpp"
#include "ip/envm/macro.hpp"
#include "platform/config/soc_config.hpp"

namespace edgebert {

/// Codes, as opposed to masks and row index.
inline bool holds_codes(const Placement& placement) {
  return placement.tensor == std::string(envm_matrix) + ".data";
}

/// Nothing but free cells with EmbeddingStore::dram.
inline reram::MacroContents envm_contents(const ModelImage& image, const SocConfig& config) {
  reram::MacroContents contents{config.memory.envm.size, 0, 0};
  if (config.embedding.store == EmbeddingStore::dram) return contents;
  for (const Placement& placement : image.placements()) {
    if (placement.memory != memory_map::envm.name) continue;
    (holds_codes(placement) ? contents.code_bytes : contents.mask_bytes) +=
        image.container().at(placement.tensor).bytes.size();
  }
  return contents;
}

/// Its cells, their area, and how many are expected to err.
inline reram::MacroUse envm_use(const ModelImage& image, const SocConfig& config) {
  const SocConfig::Memories::Cells& cells = config.memory.envm_cells;
  return reram::use_of(envm_contents(image, config), {cells.mask, cells.data, cells.ecc});
}

/// How the cells that hold a tensor of the eNVM err, by the model `faults` names.
inline reram::CellErrors errors_of(const Placement& placement, const SocConfig& config) {
  const SocConfig::Memories::Cells& cells = config.memory.envm_cells;
  if (config.faults.model == FaultModel::bit_error_rate) return reram::bit_errors(config.faults.rate);
  return reram::cell_errors(holds_codes(placement) ? cells.data : cells.mask, cells.coding);
}

/// Reads a tensor as its cells give it back, in place.
inline reram::FaultCounts inject_faults(const Placement& placement, const SocConfig& config,
                                        std::span<std::uint8_t> bytes) {
  return reram::inject(bytes, errors_of(placement, config), config.memory.envm_cells.ecc,
                       {config.faults.seed, memory_map::envm.base + placement.offset});
}

/// Whether there are faults in the eNVM to be drawn, but at this seed no cell errs.
inline bool spared(const ModelImage& image, const SocConfig& config) {
  if (config.faults.memory != FaultyMemory::envm) return false;
  for (const Placement& placement : image.placements()) {
    if (placement.memory != memory_map::envm.name) continue;
    const auto stored = image.container().at(placement.tensor).bytes;
    std::vector<std::uint8_t> bytes(stored.begin(), stored.end());
    if (inject_faults(placement, config, bytes).faulty_cells != 0) return false;
  }
  return true;
}

}  // namespace edgebert
