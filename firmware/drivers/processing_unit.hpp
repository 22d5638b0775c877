// SPDX-License-Identifier: Apache-2.0
// Driver of the processing unit: out[r][c] = sum over k of A[r][k] * B[c][k].
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/unit.hpp"
#include "ip/pu/processing_unit_regs.hpp"

namespace edgebert::firmware {

/// An operand as its decoder sees it.
struct ProductOperand {
  bool packed;
  uint32_t base;
  uint32_t stride;  ///< bytes between rows, dense operands
  uint32_t exponent_bias;
  uint32_t mask = 0;  ///< byte address in the mask buffer, packed operands
};

struct ProductOutput {
  processing_unit::OutputKind kind;
  uint32_t buffer;  ///< data buffer 0 or 1
  uint32_t base;
  uint32_t stride;
  uint32_t exponent_bias;
};

struct ProductCommand {
  uint32_t rows;
  uint32_t columns;
  uint32_t reduction;
  bool rows_from_decoder0;
  bool accumulate = false;  ///< start from the kept accumulator
  bool keep = false;        ///< keep the accumulator and write nothing
  Activation activation = Activation::none;
  processing_unit::BiasAxis bias_axis = processing_unit::BiasAxis::none;
  uint32_t bias_base = 0;  ///< in the auxiliary buffer
  uint32_t bias_fraction = channel_bias_fraction_max;
  bool row_scale = false;
  uint32_t row_scale_base = 0;  ///< in the auxiliary buffer
  uint32_t scale = scale_one;
  ProductOperand operand0;
  ProductOperand operand1;
  ProductOutput output;
};

/// Writes the registers; start(units::processing_unit, tag) then starts the command.
void prepare(const ProductCommand& command);

/// prepare, start and wait in one.
void run(const ProductCommand& command, const Tag& tag);

}  // namespace edgebert::firmware
