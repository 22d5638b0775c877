// SPDX-License-Identifier: Apache-2.0
// The EdgeBERT accelerator: processing unit, special function units, buffers and DMA, as one block with one
// register window per unit (contract/memory_map.hpp) and one bus initiator.
#pragma once
#include <array>
#include <utility>

#include "contract/memory_map.hpp"
#include "ip/accelerator/accelerator_regs.hpp"
#include "ip/dma/dma.hpp"
#include "ip/dvfs/dvfs_controller.hpp"
#include "ip/pu/processing_unit.hpp"
#include "ip/sfu/early_exit.hpp"
#include "ip/sfu/element_add.hpp"
#include "ip/sfu/layernorm.hpp"
#include "ip/sfu/softmax.hpp"

namespace edgebert {

/// Read-only registers that say what was built, and how many cycles have passed.
class AcceleratorControl : public RegisterTarget {
 public:
  AcceleratorControl(sc_core::sc_module_name name, const ClockDomain& clock)
      : RegisterTarget(name, accelerator::map), clock_(clock) {}

 private:
  void on_read(const Register& reg, const sc_core::sc_time& delay) override;
  Effect on_write(const Register&, std::uint32_t, const sc_core::sc_time&) override { return Effect::none; }

  const ClockDomain& clock_;
};

class Accelerator : public sc_core::sc_module {
 public:
  struct Parameters {
    std::uint32_t lanes;  ///< n: 2, 4, 8, 16, 32 or 64
    product::Costs product_costs;
    sfu::Costs sfu_costs;
    product::Arithmetic arithmetic = product::Arithmetic::exact;
    std::uint32_t data_bytes;  ///< each of two
    std::uint32_t mask_bytes;  ///< each of two
    std::uint32_t auxiliary_bytes;
    std::uint32_t bus_width;   ///< bytes of a beat; a data buffer's port takes one, but no more than n bytes
    std::uint32_t sram_bytes;  ///< of the system SRAM, for firmware to read
    // Bytes in accelerator::rate_cycles, for firmware to read.
    std::uint32_t sram_rate;
    std::uint32_t weight_rate;
    dvfs::Parameters dvfs = {};
  };

  Activity activity;
  std::array<DecoderBuffers, 2> decoders;
  ScratchBuffer auxiliary;
  AcceleratorControl control;
  ProcessingUnit processing_unit;
  Softmax softmax;
  Layernorm layernorm;
  ElementAdd element_add;
  EarlyExit early_exit;
  Dma dma;
  DvfsController dvfs;

  /// @param clock  of all units; the DVFS controller changes it
  Accelerator(sc_core::sc_module_name name, const Parameters& parameters, ClockDomain& clock);

  /// Every register block with its bus address.
  std::array<std::pair<std::uint32_t, RegisterTarget*>, 8> register_blocks() {
    return {{{memory_map::accelerator_control, &control},
             {memory_map::processing_unit, &processing_unit},
             {memory_map::softmax, &softmax},
             {memory_map::layernorm, &layernorm},
             {memory_map::element_add, &element_add},
             {memory_map::early_exit, &early_exit},
             {memory_map::dma, &dma},
             {memory_map::dvfs, &dvfs}}};
  }
  /// Every unit with its name, in the order of InterruptLine.
  std::array<std::pair<const char*, Unit*>, 7> units() {
    return {{{"processing_unit", &processing_unit},
             {"softmax", &softmax},
             {"layernorm", &layernorm},
             {"element_add", &element_add},
             {"early_exit", &early_exit},
             {"dma", &dma},
             {"dvfs", &dvfs}}};
  }
};

}  // namespace edgebert
