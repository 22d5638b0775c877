// SPDX-License-Identifier: Apache-2.0
// Driver of the element-wise add unit. A packed operand begins at byte 0 of its mask buffer.
#pragma once
#include "firmware/drivers/operand.hpp"
#include "firmware/drivers/unit.hpp"

namespace edgebert::firmware {

struct AddCommand {
  uint32_t rows;
  uint32_t features;
  Operand a;
  Operand b;
  Operand output;
};

void start(const AddCommand& command, const Tag& tag);

/// start and wait in one.
void run(const AddCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
