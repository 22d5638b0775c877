// SPDX-License-Identifier: Apache-2.0
// Where an operand or result of a special function unit lies.
#pragma once
#include "ip/sfu/operand_regs.hpp"

namespace edgebert::firmware {

struct Operand {
  sfu::Format format;
  uint32_t buffer;  ///< data buffer 0 or 1
  uint32_t exponent_bias;
  uint32_t base;
  uint32_t stride;  ///< bytes between rows; 0 repeats one row of operand B
};

constexpr uint32_t format_word(const Operand& operand) {
  return sfu::format_kind.put(static_cast<uint32_t>(operand.format)) |
         sfu::format_buffer.put(operand.buffer) | sfu::format_bias.put(operand.exponent_bias);
}

}  // namespace edgebert::firmware
