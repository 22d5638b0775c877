// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/element_add.hpp"

#include "firmware/hal/hal.hpp"
#include "ip/sfu/element_add_regs.hpp"

namespace edgebert::firmware {

void start(const AddCommand& command, const Tag& tag) {
  constexpr uint32_t base = units::element_add.base;
  hal::write(base, element_add::rows, command.rows);
  hal::write(base, element_add::features, command.features);
  hal::write(base, element_add::a_format, format_word(command.a));
  hal::write(base, element_add::a_base, command.a.base);
  hal::write(base, element_add::a_stride, command.a.stride);
  hal::write(base, element_add::a_mask, 0);
  hal::write(base, element_add::b_format, format_word(command.b));
  hal::write(base, element_add::b_base, command.b.base);
  hal::write(base, element_add::b_stride, command.b.stride);
  hal::write(base, element_add::b_mask, 0);
  hal::write(base, element_add::output_format, format_word(command.output));
  hal::write(base, element_add::output_base, command.output.base);
  hal::write(base, element_add::output_stride, command.output.stride);
  start(units::element_add, tag);
}

void run(const AddCommand& command, const Tag& tag) {
  start(command, tag);
  wait(units::element_add);
}

}  // namespace edgebert::firmware
