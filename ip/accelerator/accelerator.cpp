// SPDX-License-Identifier: Apache-2.0
#include "ip/accelerator/accelerator.hpp"

#include <algorithm>

namespace edgebert {

namespace regs = accelerator;

void AcceleratorControl::on_read(const Register& reg, const sc_core::sc_time& delay) {
  if (reg.offset != regs::cycles_low.offset) return;
  const sc_core::sc_time since_reset = clock_.domain_time(sc_core::sc_time_stamp() + delay);
  const Cycles whole = since_reset.value() / clock_.domain_time_of(1).value();
  registers.set(regs::cycles_low, static_cast<std::uint32_t>(whole));
  registers.set(regs::cycles_high, static_cast<std::uint32_t>(whole >> 32));
}

Accelerator::Accelerator(sc_core::sc_module_name name, const Parameters& p, ClockDomain& clock)
    : sc_module(name),
      decoders{{{ScratchBuffer(p.data_bytes), ScratchBuffer(p.mask_bytes)},
                {ScratchBuffer(p.data_bytes), ScratchBuffer(p.mask_bytes)}}},
      auxiliary(p.auxiliary_bytes),
      control("control", clock),
      processing_unit("processing_unit", {p.lanes, p.product_costs, p.arithmetic}, decoders, auxiliary,
                      clock),
      softmax("softmax", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      layernorm("layernorm", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      element_add("element_add", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      early_exit("early_exit", {p.lanes, p.sfu_costs}, {decoders, auxiliary}, clock),
      dma("dma", std::min(p.bus_width, p.lanes), decoders, auxiliary, clock),
      dvfs("dvfs", p.dvfs, auxiliary, clock) {
  std::vector<const Unit*> clocked;
  for (const auto& [unit_name, each] : units()) {
    if (each == &dvfs) continue;
    each->activity = &activity;
    clocked.push_back(each);
  }
  dvfs.watch(std::move(clocked));
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
