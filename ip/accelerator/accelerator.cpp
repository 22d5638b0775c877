// SPDX-License-Identifier: Apache-2.0
#include "ip/accelerator/accelerator.hpp"

#include <algorithm>

namespace edgebert {

namespace regs = accelerator;

Accelerator::Accelerator(sc_core::sc_module_name name, const Parameters& p, const ClockDomain& clock)
    : sc_module(name),
      decoders{{{ScratchBuffer(p.data_bytes), ScratchBuffer(p.mask_bytes)},
                {ScratchBuffer(p.data_bytes), ScratchBuffer(p.mask_bytes)}}},
      auxiliary(p.auxiliary_bytes),
      control("control"),
      processing_unit("processing_unit", {p.lanes, p.product_costs, p.arithmetic}, decoders, auxiliary,
                      clock),
      softmax("softmax", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      layernorm("layernorm", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      element_add("element_add", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      early_exit("early_exit", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      dma("dma", std::min(p.bus_width, p.lanes), decoders, auxiliary, clock) {
  for (const auto& [unit_name, each] : units()) each->activity = &activity;
  control.registers.set(regs::id, static_cast<std::uint32_t>(unit::Kind::accelerator) << 16 | unit::version);
  control.registers.set(regs::lanes, p.lanes);
  control.registers.set(regs::data_bytes, p.data_bytes);
  control.registers.set(regs::mask_bytes, p.mask_bytes);
  control.registers.set(regs::auxiliary_bytes, p.auxiliary_bytes);
  control.registers.set(regs::sram_bytes, p.sram_bytes);
  control.registers.set(regs::sram_rate, p.sram_rate);
  control.registers.set(regs::weight_rate, p.weight_rate);
}

}  // namespace edgebert
