// SPDX-License-Identifier: Apache-2.0
#include "sim/schedule_check.hpp"

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/memory_map.hpp"
#include "firmware/schedule/plans.hpp"

namespace edgebert::sim {
namespace {

struct PlaceName {
  const char* memory;
  const char* key;
};

PlaceName name_of_place(firmware::Place place) {
  switch (place) {
    case firmware::Place::data_buffer:
      return {"a data buffer", "buffers.data"};
    case firmware::Place::mask_buffer:
      return {"a mask buffer", "buffers.mask"};
    case firmware::Place::auxiliary_buffer:
      return {"the auxiliary buffer", "buffers.auxiliary"};
    case firmware::Place::system_sram:
      return {"the system SRAM", "memory.system_sram.size"};
  }
  return {"a memory", "its size"};
}

[[noreturn]] void refuse(const std::string& what, const firmware::Shortage& shortage) {
  const auto [memory, key] = name_of_place(shortage.place);
  throw Error(Failure::capacity,
              fmt::format("cannot schedule the model: {} need {} bytes of {}, which has {}; raise {}", what,
                          shortage.needed, memory, shortage.available, key));
}

}  // namespace

void check_schedule(const ModelDescriptor& model, const SocConfig& config) {
  const auto sram_bytes = static_cast<std::uint32_t>(config.memory.system_sram.size);
  if (sram_bytes < firmware::firmware_bytes) return;  // loading firmware says so
  // How quick transfers are decides which plan is best, not whether there is one.
  const firmware::Capabilities machine{.lanes = config.pu.vmac_lanes,
                                       .data_bytes = config.buffers.data,
                                       .mask_bytes = config.buffers.mask,
                                       .auxiliary_bytes = config.buffers.auxiliary,
                                       .sram_bytes = sram_bytes,
                                       .sram_rate = accelerator::rate_cycles,
                                       .weight_rate = accelerator::rate_cycles};
  const std::uint32_t sram = memory_map::system_sram.base;
  const firmware::MemoryPlan memory =
      firmware::plan_memory(model, machine.lanes, sram + firmware::firmware_bytes, sram + sram_bytes);
  if (memory.shortage.exists) refuse("firmware and the tensors between operators", memory.shortage);
  const firmware::Plans plans =
      firmware::make_plans(model, firmware::dense_weights(model), machine, memory.ffn_rows);
  const firmware::PlanShortage found = firmware::first_shortage(plans);
  if (found.shortage.exists) {
    refuse(fmt::format("the smallest tiles of {}", name_of(found.op)), found.shortage);
  }
}

}  // namespace edgebert::sim
