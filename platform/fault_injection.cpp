// SPDX-License-Identifier: Apache-2.0
#include "platform/fault_injection.hpp"

#include "contract/memory_map.hpp"
#include "platform/envm_contents.hpp"
#include "platform/model_loader.hpp"

namespace edgebert {
namespace {

using memory_map::Region;

class Injector {
 public:
  Injector(const SocConfig& config, Soc& soc) : config_(config), soc_(soc) {}

  /// @param kind  of the cells; nothing where there are none
  void inject(const std::string& name, const Region& region, std::uint64_t offset, std::uint64_t bytes,
              reram::CellKind kind) {
    const SocConfig::Faults& faults = config_.faults;
    const bool cells = faults.model == FaultModel::cell;
    const bool in_envm = faults.memory == FaultyMemory::envm;
    const reram::CellErrors errors =
        cells ? reram::cell_errors(kind, config_.memory.envm_cells.coding) : reram::bit_errors(faults.rate);
    Memory& memory = *soc_.memory_named(region.name);
    report_.push_back({name, reram::inject(memory.contents().subspan(offset, bytes), errors,
                                           in_envm ? config_.memory.envm_cells.ecc : reram::Ecc::none,
                                           {faults.seed, region.base + offset})});
    memory.touch();
  }

  FaultReport report() && { return std::move(report_); }

 private:
  const SocConfig& config_;
  Soc& soc_;
  FaultReport report_;
};

}  // namespace

FaultReport inject_faults(const ModelImage& image, const SocConfig& config, Soc& soc) {
  Injector injector(config, soc);
  const reram::CellKind any = reram::CellKind::slc;
  switch (config.faults.memory) {
    case FaultyMemory::none:
      break;
    case FaultyMemory::envm:
      for (const Placement& placement : image.placements()) {
        if (placement.memory != memory_map::envm.name) continue;
        const auto& cells = config.memory.envm_cells;
        injector.inject(placement.tensor, memory_map::envm, placement.offset,
                        image.container().at(placement.tensor).bytes.size(),
                        holds_codes(placement) ? cells.data : cells.mask);
      }
      break;
    case FaultyMemory::weight_memory:
      injector.inject(memory_map::weight_memory.name, memory_map::weight_memory, 0,
                      weight_memory_bytes(image, config.embedding.store), any);
      break;
    case FaultyMemory::system_sram:
      injector.inject(memory_map::system_sram.name, memory_map::system_sram, 0, soc.system_sram.size(), any);
      break;
  }
  return std::move(injector).report();
}

}  // namespace edgebert
