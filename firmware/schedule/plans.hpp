// SPDX-License-Identifier: Apache-2.0
// The tiles of every operator. Made once, for the model's full sequence: a shorter one takes fewer of them.
// Pure functions of descriptor and capabilities: the host asks them, before it builds a platform, whether the
// model can be scheduled on it.
#pragma once
#include "contract/model_descriptor.hpp"
#include "contract/operators.hpp"
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/product_plan.hpp"
#include "firmware/schedule/row_plan.hpp"

namespace edgebert::firmware {

// Shapes of the products, by operator.
/// query, key, value and attention_output.
constexpr ProductShape projection_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.hidden, 1};
}
constexpr ProductShape hidden_in_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.embedding, 1};
}
constexpr ProductShape ffn_inner_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.intermediate, model.hidden, 1};
}
constexpr ProductShape ffn_output_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.intermediate, 1};
}
constexpr ProductShape pooled_shape(const ModelDescriptor& model) {
  return {1, model.hidden, model.hidden, 1};
}
constexpr ProductShape logits_shape(const ModelDescriptor& model) {
  return {1, model.classes, model.hidden, wide_bytes};
}
constexpr AttentionShape attention_shape(const ModelDescriptor& model, uint32_t rows) {
  const uint32_t codes = model.span_form == SpanForm::none ? 0 : model.sequence;
  return {rows, model.head_size, codes};
}

/// Codes and masks of a row of weights, on average over its matrix, by product.
struct WeightRowBytes {
  uint32_t hidden_in;
  uint32_t projection;
  uint32_t ffn_inner;
  uint32_t ffn_output;
  uint32_t pooled;
  uint32_t logits;
};

/// As if no weight were zero.
constexpr WeightRowBytes dense_weights(const ModelDescriptor& model) {
  const uint32_t hidden = dense_row_bytes(model.hidden);
  return {.hidden_in = dense_row_bytes(model.embedding),
          .projection = hidden,
          .ffn_inner = hidden,
          .ffn_output = dense_row_bytes(model.intermediate),
          .pooled = hidden,
          .logits = hidden};
}

struct Plans {
  RowPlan embedding;
  ProductPlan hidden_in;
  ProductPlan projection;  ///< query, key, value and attention_output
  AttentionPlan attention;
  uint32_t head_rows[heads_max] = {};  ///< of a tile of attention; firmware chooses by the heads' mask codes
  RowPlan layernorm;
  ProductPlan ffn_inner;
  ProductPlan ffn_output;
  ProductPlan pooled;
  ProductPlan logits;
};

/// @param ffn_rows  token rows the feed-forward network takes at a time: MemoryPlan
constexpr Plans make_plans(const ModelDescriptor& model, const WeightRowBytes& weights,
                           const Capabilities& machine, uint32_t ffn_rows) {
  const uint32_t rows = model.sequence;
  return {.embedding = plan_embedding(rows, model.embedding, machine),
          .hidden_in = plan_product(hidden_in_shape(model, rows), weights.hidden_in, machine),
          .projection = plan_product(projection_shape(model, rows), weights.projection, machine),
          .attention = plan_attention(attention_shape(model, rows), machine),
          .layernorm = plan_layernorm(rows, model.hidden, machine),
          .ffn_inner = plan_product(ffn_inner_shape(model, ffn_rows), weights.ffn_inner, machine),
          .ffn_output = plan_product(ffn_output_shape(model, ffn_rows), weights.ffn_output, machine),
          .pooled = plan_product(pooled_shape(model), weights.pooled, machine),
          .logits = plan_product(logits_shape(model), weights.logits, machine)};
}

/// The first operator that cannot be tiled, if any.
struct PlanShortage {
  Operator op = Operator::none;
  Shortage shortage{};
};

constexpr PlanShortage first_shortage(const Plans& plans) {
  const PlanShortage all[] = {{Operator::embedding_sum, plans.embedding.shortage},
                              {Operator::hidden_in, plans.hidden_in.shortage},
                              {Operator::query, plans.projection.shortage},
                              {Operator::scores, plans.attention.shortage},
                              {Operator::attention_norm, plans.layernorm.shortage},
                              {Operator::ffn_inner, plans.ffn_inner.shortage},
                              {Operator::ffn_output, plans.ffn_output.shortage},
                              {Operator::pooled, plans.pooled.shortage},
                              {Operator::logits, plans.logits.shortage}};
  for (const PlanShortage& each : all) {
    if (each.shortage.exists) return each;
  }
  return {};
}

}  // namespace edgebert::firmware
