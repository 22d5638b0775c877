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
  // Bytes that a transfer moves in accelerator::rate_cycles.
  uint32_t sram_rate;    ///< between system SRAM and a buffer
  uint32_t weight_rate;  ///< from the weight memory
};

/// Checks the accelerator's ID (wrong_unit) and reads its capability registers.
Capabilities read_capabilities();

}  // namespace edgebert::firmware
