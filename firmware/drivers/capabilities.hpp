// SPDX-License-Identifier: Apache-2.0
// What the accelerator says of itself.
#pragma once
#include <stdint.h>

namespace edgebert::firmware {

/// Sizes that tiles are cut to. Bytes; there are two data and two mask buffers of this size each.
struct Capabilities {
  uint32_t lanes;  ///< n
  uint32_t data_bytes;
  uint32_t mask_bytes;
  uint32_t auxiliary_bytes;
  uint32_t sram_bytes;
  uint32_t bus_rate;  ///< bytes in accelerator::bus_rate_cycles
};

/// Checks the accelerator's ID (wrong_unit) and reads its capability registers.
Capabilities read_capabilities();

}  // namespace edgebert::firmware
