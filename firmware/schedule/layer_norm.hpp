// SPDX-License-Identifier: Apache-2.0
// Residual add and layernorm of tensors in the system SRAM: attention_norm and layer_output.
#pragma once
#include "contract/model_descriptor.hpp"
#include "contract/operators.hpp"
#include "firmware/drivers/dma.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/row_plan.hpp"

namespace edgebert::firmware {

struct AddNorm {
  Operator op;
  uint32_t layer;
  uint32_t rows;
  uint32_t features;
  Tensor a;
  uint32_t a_bias;
  Tensor b;
  uint32_t b_bias;
  Tensor output;
  uint32_t output_bias;
  const LayernormParameters& parameters;
  uint32_t epsilon;
};

void run_add_norm(const AddNorm& norm, const RowPlan& plan);

/// Starts loading gamma to byte 0 of the auxiliary buffer and beta behind it.
/// @return beta's byte address
uint32_t load_layernorm_parameters(Transfers& transfers, const LayernormParameters& parameters,
                                   uint32_t features, const Tag& tag);

}  // namespace edgebert::firmware
