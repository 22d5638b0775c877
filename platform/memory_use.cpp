// SPDX-License-Identifier: Apache-2.0
#include "platform/memory_use.hpp"

#include "contract/memory_map.hpp"
#include "platform/envm_contents.hpp"
#include "platform/model_loader.hpp"
#include "platform/soc.hpp"

namespace edgebert {
namespace {

using memory_map::Region;

/// Bytes the firmware's segments take of a region.
std::uint64_t firmware_bytes(const rv32::ElfFile& firmware, const Region& region) {
  std::uint64_t bytes = 0;
  for (const rv32::Segment& segment : firmware.segments()) {
    if (segment.address >= region.base && segment.address - region.base < region.room)
      bytes += segment.memory_size;
  }
  return bytes;
}

MemoryUse use_of(const Region& region, std::uint64_t size, std::vector<MemoryPart> parts) {
  std::erase_if(parts, [](const MemoryPart& part) { return part.bytes == 0; });
  return {region.name, region.base, size, std::move(parts)};
}

MemoryUse use_of(const char* name, const ScratchBuffer& buffer) {
  MemoryUse use{name, std::nullopt, buffer.size(), {}};
  if (buffer.reached() != 0) use.parts.push_back({"operands and results", buffer.reached()});
  return use;
}

}  // namespace

std::vector<MemoryUse> loaded_memories(const SocConfig& config, const ModelImage& image,
                                       const ExitPredictor& predictor, const rv32::ElfFile& firmware) {
  const reram::MacroContents envm = envm_contents(image, config);
  const std::uint64_t weights = image.bytes_in(memory_map::weight_memory.name);
  const bool outside = config.embedding.store == EmbeddingStore::dram;
  return {use_of(memory_map::boot_rom, config.memory.boot_rom.size,
                 {{"firmware", firmware_bytes(firmware, memory_map::boot_rom)}}),
          use_of(memory_map::system_sram, config.memory.system_sram.size,
                 {{"firmware's data", firmware_bytes(firmware, memory_map::system_sram)}}),
          use_of(memory_map::weight_memory, config.memory.weight_memory.size,
                 {{"encoder, off-ramps and parameters", weights},
                  {"word embeddings", outside ? image.bytes_in(memory_map::envm.name) : 0},
                  {"exit table", predictor.words.size() * sizeof(std::uint32_t)}}),
          use_of(memory_map::envm, config.memory.envm.size,
                 {{"masks and row index of word embeddings", envm.mask_bytes},
                  {"codes of word embeddings", envm.code_bytes}})};
}

std::vector<MemoryUse> with_traffic(std::vector<MemoryUse> loaded, Soc& soc) {
  for (MemoryUse& use : loaded) {
    const Memory::Extent written = soc.memory_named(use.memory)->written();
    if (written.bytes() != 0) use.parts.push_back({"token ids and activations", written.bytes()});
  }
  Accelerator& accelerator = soc.accelerator;
  const std::pair<const char*, const ScratchBuffer*> buffers[] = {
      {"data_buffer_0", &accelerator.decoders[0].data},
      {"mask_buffer_0", &accelerator.decoders[0].mask},
      {"data_buffer_1", &accelerator.decoders[1].data},
      {"mask_buffer_1", &accelerator.decoders[1].mask},
      {"auxiliary_buffer", &accelerator.auxiliary}};
  for (const auto& [name, buffer] : buffers) loaded.push_back(use_of(name, *buffer));
  return loaded;
}

}  // namespace edgebert
