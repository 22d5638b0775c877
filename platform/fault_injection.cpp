// SPDX-License-Identifier: Apache-2.0
#include "platform/fault_injection.hpp"

#include "contract/memory_map.hpp"
#include "platform/envm_contents.hpp"
#include "platform/model_loader.hpp"

namespace edgebert {
namespace {

RegionFaults inject_bits(const char* region, std::uint32_t base, std::uint64_t bytes, const SocConfig& config,
                         Memory& memory) {
  memory.touch();
  return {region, reram::inject(memory.contents().first(bytes), reram::bit_errors(config.faults.rate),
                                reram::Ecc::none, {config.faults.seed, base})};
}

FaultReport inject_envm(const ModelImage& image, const SocConfig& config, Memory& envm) {
  FaultReport report;
  for (const Placement& placement : image.placements()) {
    if (placement.memory != memory_map::envm.name) continue;
    const std::uint64_t bytes = image.container().at(placement.tensor).bytes.size();
    const auto place = envm.contents().subspan(placement.offset, bytes);
    report.push_back({placement.tensor, inject_faults(placement, config, place)});
  }
  envm.touch();
  return report;
}

}  // namespace

FaultReport inject_faults(const ModelImage& image, const SocConfig& config, Soc& soc) {
  const memory_map::Region& weights = memory_map::weight_memory;
  const memory_map::Region& sram = memory_map::system_sram;
  switch (config.faults.memory) {
    case FaultyMemory::none:
      break;
    case FaultyMemory::envm:
      return inject_envm(image, config, soc.envm);
    case FaultyMemory::weight_memory:
      return {inject_bits(weights.name, weights.base, weight_memory_bytes(image, config.embedding.store),
                          config, soc.weight_memory)};
    case FaultyMemory::system_sram:
      return {inject_bits(sram.name, sram.base, soc.system_sram.size(), config, soc.system_sram)};
  }
  return {};
}

}  // namespace edgebert
