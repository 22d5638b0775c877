// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/layernorm.hpp"

#include "firmware/hal/hal.hpp"
#include "ip/sfu/layernorm_regs.hpp"

namespace edgebert::firmware {

void prepare(const LayernormCommand& command) {
  constexpr uint32_t base = units::layernorm.base;
  hal::write(base, layernorm::rows, command.rows);
  hal::write(base, layernorm::features, command.features);
  hal::write(base, layernorm::mode, layernorm::mode_add.put(1));
  hal::write(base, layernorm::a_format, format_word(command.a));
  hal::write(base, layernorm::a_base, command.a.base);
  hal::write(base, layernorm::a_stride, command.a.stride);
  hal::write(base, layernorm::b_format, format_word(command.b));
  hal::write(base, layernorm::b_base, command.b.base);
  hal::write(base, layernorm::b_stride, command.b.stride);
  hal::write(base, layernorm::output_format, format_word(command.output));
  hal::write(base, layernorm::output_base, command.output.base);
  hal::write(base, layernorm::output_stride, command.output.stride);
  hal::write(base, layernorm::gamma_base, command.gamma_base);
  hal::write(base, layernorm::beta_base, command.beta_base);
  hal::write(base, layernorm::parameter_biases,
             layernorm::gamma_bias.put(command.gamma_bias) | layernorm::beta_bias.put(command.beta_bias));
  hal::write(base, layernorm::epsilon, command.epsilon);
}

void run(const LayernormCommand& command, const Tag& tag) {
  prepare(command);
  start(units::layernorm, tag);
  wait(units::layernorm);
}

}  // namespace edgebert::firmware
