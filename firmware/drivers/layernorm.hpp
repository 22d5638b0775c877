// SPDX-License-Identifier: Apache-2.0
// Driver of the fused add-and-layernorm unit.
#pragma once
#include "firmware/drivers/operand.hpp"
#include "firmware/drivers/unit.hpp"

namespace edgebert::firmware {

struct LayernormCommand {
  uint32_t rows;
  uint32_t features;
  Operand a;
  Operand b;
  Operand output;
  uint32_t gamma_base;  ///< in the auxiliary buffer
  uint32_t gamma_bias;
  uint32_t beta_base;  ///< in the auxiliary buffer
  uint32_t beta_bias;
  uint32_t epsilon;  ///< 24 fraction bits
};

/// Writes the registers; start(units::layernorm, tag) then starts the command.
void prepare(const LayernormCommand& command);

/// prepare, start and wait in one.
void run(const LayernormCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
