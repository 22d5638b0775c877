// SPDX-License-Identifier: Apache-2.0
// What the SoC's memories and buffers hold: what was loaded before anything ran, and how far commands reached
// since. The core's own accesses to boot ROM and system SRAM take a private port and are not seen: of
// firmware's data counts what its ELF file reserves.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/model_image.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/exit_predictor.hpp"
#include "platform/rv32/elf.hpp"

namespace edgebert {

class Soc;

struct MemoryPart {
  std::string what;
  std::uint64_t bytes = 0;
};

struct MemoryUse {
  std::string memory;                    ///< as in contract/memory_map.hpp, or a buffer of the accelerator
  std::optional<std::uint32_t> address;  ///< on the bus; buffers have none
  std::uint64_t size = 0;                ///< bytes
  std::vector<MemoryPart> parts;         ///< do not overlap; none is empty

  std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const MemoryPart& part : parts) sum += part.bytes;
    return sum;
  }
};

/// Boot ROM, system SRAM, weight memory and eNVM with what the model, the exit table and firmware put there.
std::vector<MemoryUse> loaded_memories(const SocConfig& config, const ModelImage& image,
                                       const ExitPredictor& predictor, const rv32::ElfFile& firmware);

/// The same with what has been written over the bus into the system SRAM, and the accelerator's buffers as
/// far as commands used them.
std::vector<MemoryUse> with_traffic(std::vector<MemoryUse> loaded, Soc& soc);

}  // namespace edgebert
