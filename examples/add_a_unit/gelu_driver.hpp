// SPDX-License-Identifier: Apache-2.0
// Firmware's driver of the GELU unit.
#pragma once
#include "firmware/drivers/operand.hpp"
#include "firmware/drivers/unit.hpp"
#include "firmware/hal/hal.hpp"
#include "gelu_regs.hpp"

namespace edgebert::firmware {

inline constexpr Unit gelu_unit{gelu::base, gelu::kind, gelu::line};

struct GeluCommand {
  uint32_t rows;
  uint32_t elements;
  Operand source;  ///< wide or AdaptivFloat
  Operand output;  ///< AdaptivFloat
};

/// Programs the unit, starts it and sleeps until it is done. A unit error ends the run: fail().
inline void run(const GeluCommand& command, const Tag& tag) {
  hal::write(gelu::base, gelu::rows, command.rows);
  hal::write(gelu::base, gelu::elements, command.elements);
  hal::write(gelu::base, gelu::source_format, format_word(command.source));
  hal::write(gelu::base, gelu::source_base, command.source.base);
  hal::write(gelu::base, gelu::source_stride, command.source.stride);
  hal::write(gelu::base, gelu::output_format, format_word(command.output));
  hal::write(gelu::base, gelu::output_base, command.output.base);
  hal::write(gelu::base, gelu::output_stride, command.output.stride);
  start(gelu_unit, tag);
  wait(gelu_unit);
}

}  // namespace edgebert::firmware
