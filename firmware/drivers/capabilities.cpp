// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/capabilities.hpp"

#include "firmware/drivers/unit.hpp"
#include "firmware/hal/hal.hpp"
#include "ip/accelerator/accelerator_regs.hpp"

namespace edgebert::firmware {

Capabilities read_capabilities() {
  const uint32_t base = memory_map::accelerator_control;
  check_identity(base, unit::Kind::accelerator);
  return {hal::read(base, accelerator::lanes),      hal::read(base, accelerator::data_bytes),
          hal::read(base, accelerator::mask_bytes), hal::read(base, accelerator::auxiliary_bytes),
          hal::read(base, accelerator::sram_bytes), hal::read(base, accelerator::sram_rate),
          hal::read(base, accelerator::weight_rate)};
}

}  // namespace edgebert::firmware
