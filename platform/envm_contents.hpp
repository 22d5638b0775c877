// SPDX-License-Identifier: Apache-2.0
// What an image puts into which cells of the eNVM. No SystemC.
#pragma once
#include "contract/memory_map.hpp"
#include "contract/model_image.hpp"
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

}  // namespace edgebert
