// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/softmax.hpp"

#include "firmware/hal/hal.hpp"
#include "ip/sfu/softmax_regs.hpp"

namespace edgebert::firmware {

void prepare(const SoftmaxCommand& command) {
  constexpr uint32_t base = units::softmax.base;
  hal::write(base, softmax::rows, command.rows);
  hal::write(base, softmax::columns, command.columns);
  hal::write(base, softmax::keys, command.keys);
  hal::write(base, softmax::first_row, command.first_row);
  hal::write(base, softmax::first_key, command.first_key);
  hal::write(base, softmax::mode,
             softmax::mode_span_form.put(static_cast<uint32_t>(command.span_form)) |
                 softmax::mode_by_position.put(command.span_index == SpanIndex::position));
  hal::write(base, softmax::source_format, format_word(command.scores));
  hal::write(base, softmax::source_base, command.scores.base);
  hal::write(base, softmax::source_stride, command.scores.stride);
  hal::write(base, softmax::output_format, format_word(command.weights));
  hal::write(base, softmax::output_base, command.weights.base);
  hal::write(base, softmax::output_stride, command.weights.stride);
  hal::write(base, softmax::span_base, command.span_base);
  hal::write(base, softmax::span_length, command.span_length);
  hal::write(base, softmax::row_scale_base, command.row_scale_base);
}

void run(const SoftmaxCommand& command, const Tag& tag) {
  prepare(command);
  start(units::softmax, tag);
  wait(units::softmax);
}

}  // namespace edgebert::firmware
