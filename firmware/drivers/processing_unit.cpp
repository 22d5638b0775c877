// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/processing_unit.hpp"

#include "firmware/hal/hal.hpp"

namespace edgebert::firmware {
namespace {

namespace regs = processing_unit;

constexpr uint32_t base = units::processing_unit.base;

uint32_t mode_word(const ProductCommand& command) {
  return regs::mode_rows_from_decoder0.put(command.rows_from_decoder0) |
         regs::mode_accumulate.put(command.accumulate) | regs::mode_keep.put(command.keep) |
         regs::mode_activation.put(static_cast<uint32_t>(command.activation)) |
         regs::mode_bias_axis.put(static_cast<uint32_t>(command.bias_axis)) |
         regs::mode_row_scale.put(command.row_scale);
}

uint32_t format_word(const ProductOperand& operand) {
  return regs::format_packed.put(operand.packed) | regs::format_bias.put(operand.exponent_bias);
}

uint32_t format_word(const ProductOutput& output) {
  return regs::output_kind.put(static_cast<uint32_t>(output.kind)) | regs::output_buffer.put(output.buffer) |
         regs::output_bias.put(output.exponent_bias);
}

}  // namespace

/// Registers that the command does not look at keep what they held.
void prepare(const ProductCommand& command) {
  hal::write(base, regs::rows, command.rows);
  hal::write(base, regs::columns, command.columns);
  hal::write(base, regs::reduction, command.reduction);
  hal::write(base, regs::mode, mode_word(command));
  hal::write(base, regs::operand0_base, command.operand0.base);
  if (command.operand0.packed) {
    hal::write(base, regs::operand0_mask, command.operand0.mask);
  } else {
    hal::write(base, regs::operand0_stride, command.operand0.stride);
  }
  hal::write(base, regs::operand0_format, format_word(command.operand0));
  hal::write(base, regs::operand1_base, command.operand1.base);
  if (command.operand1.packed) {
    hal::write(base, regs::operand1_mask, command.operand1.mask);
  } else {
    hal::write(base, regs::operand1_stride, command.operand1.stride);
  }
  hal::write(base, regs::operand1_format, format_word(command.operand1));
  if (command.keep) return;
  hal::write(base, regs::scale, command.scale);
  if (command.bias_axis != regs::BiasAxis::none) {
    hal::write(base, regs::bias_base, command.bias_base);
    hal::write(base, regs::bias_fraction, command.bias_fraction);
  }
  if (command.row_scale) hal::write(base, regs::row_scale_base, command.row_scale_base);
  hal::write(base, regs::output_format, format_word(command.output));
  hal::write(base, regs::output_base, command.output.base);
  hal::write(base, regs::output_stride, command.output.stride);
}

void run(const ProductCommand& command, const Tag& tag) {
  prepare(command);
  start(units::processing_unit, tag);
  wait(units::processing_unit);
}

}  // namespace edgebert::firmware
