// SPDX-License-Identifier: Apache-2.0
// Driver of the softmax unit with attention-span masking.
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/operand.hpp"
#include "firmware/drivers/unit.hpp"

namespace edgebert::firmware {

struct SoftmaxCommand {
  uint32_t rows;
  uint32_t columns;
  uint32_t keys;       ///< valid keys of the sentence
  uint32_t first_row;  ///< token number of the first row
  uint32_t first_key;  ///< token number of the first column
  SpanForm span_form;
  SpanIndex span_index;
  Operand scores;      ///< wide
  Operand weights;     ///< AdaptivFloat
  uint32_t span_base;  ///< in the auxiliary buffer
  uint32_t span_length;
  uint32_t row_scale_base;  ///< in the auxiliary buffer
};

/// Writes the registers; start(units::softmax, tag) then starts the command.
void prepare(const SoftmaxCommand& command);

/// prepare, start and wait in one.
void run(const SoftmaxCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
