// SPDX-License-Identifier: Apache-2.0
// What stays the same from job to job: the accelerator, the model, and where everything lies.
#pragma once
#include "contract/mailbox.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/product_plan.hpp"
#include "firmware/schedule/row_plan.hpp"

namespace edgebert::firmware {

struct Machine {
  Capabilities capabilities;
  ModelDescriptor model;
  OffRamp off_ramps[layers_max];
  uint32_t reach[heads_max];  ///< of each head's mask, in_span models only
  MemoryPlan memory;
};

/// Initialises every unit, reads descriptor and off-ramps from the weight memory and lays out the SRAM. Any
/// of wrong_unit, bad_descriptor, does_not_fit: fail().
void prepare_machine(Machine& machine);

/// Tiles of every operator for sentences of so many rows.
struct Plans {
  uint32_t rows;
  RowPlan embedding;
  ProductPlan hidden_in;
  ProductPlan projection;  ///< query, key and attention_output
  ProductPlan value;
  AttentionPlan attention;
  RowPlan layernorm;
  ProductPlan ffn_inner;
  ProductPlan ffn_output;
  ProductPlan pooled;
  ProductPlan logits;
};

/// Anything that cannot be tiled: fail() with does_not_fit.
Plans make_plans(const Machine& machine, uint32_t rows);

/// One job as the operators see it.
struct Sentence {
  const Machine& machine;
  const Plans& plans;
  uint32_t tokens;         ///< valid ones
  uint32_t rows;           ///< computed ones, PAD included
  uint32_t first_segment;  ///< rows of token type 0
  uint32_t exit_threshold;
};

/// Shapes of the products, by operator.
ProductShape projection_shape(const ModelDescriptor& model, uint32_t rows);
ProductShape value_shape(const ModelDescriptor& model, uint32_t rows);
ProductShape hidden_in_shape(const ModelDescriptor& model, uint32_t rows);
ProductShape ffn_inner_shape(const ModelDescriptor& model, uint32_t rows);
ProductShape ffn_output_shape(const ModelDescriptor& model, uint32_t rows);
ProductShape pooled_shape(const ModelDescriptor& model);
ProductShape logits_shape(const ModelDescriptor& model);
AttentionShape attention_shape(const ModelDescriptor& model, uint32_t rows);

}  // namespace edgebert::firmware
