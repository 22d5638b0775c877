// SPDX-License-Identifier: Apache-2.0
// All layers share their weights and formats; layer 1 alone reads the hidden state in the format of
// hidden_in.
#include "firmware/schedule/encoder.hpp"

#include "firmware/schedule/attention.hpp"
#include "firmware/schedule/layer_norm.hpp"
#include "firmware/schedule/product.hpp"

namespace edgebert::firmware {
namespace {

uint32_t input_bias(const Sentence& sentence, uint32_t layer) {
  const ActivationBiases& bias = sentence.machine.model.activation_bias;
  return layer == 1 ? bias.hidden_in : bias.layer_output;
}

/// query, key and value read the same activations: one pipeline. Of heads that are off nothing is computed.
void run_projections(const Sentence& sentence, uint32_t layer) {
  const ModelDescriptor& model = sentence.machine.model;
  const MemoryPlan& memory = sentence.machine.memory;
  const ProductShape shape = projection_shape(model, sentence.rows);
  const uint32_t bias = input_bias(sentence, layer);
  const Product products[] = {{.op = Operator::query,
                               .layer = layer,
                               .shape = shape,
                               .weights = model.query,
                               .activations = memory.hidden_state,
                               .activations_bias = bias,
                               .output = memory.query,
                               .output_bias = model.activation_bias.query},
                              {.op = Operator::key,
                               .layer = layer,
                               .shape = shape,
                               .weights = model.key,
                               .activations = memory.hidden_state,
                               .activations_bias = bias,
                               .output = memory.key,
                               .output_bias = model.activation_bias.key},
                              {.op = Operator::value,
                               .layer = layer,
                               .shape = shape,
                               .weights = model.value,
                               .activations = memory.hidden_state,
                               .activations_bias = bias,
                               .output = memory.value,
                               .output_bias = model.activation_bias.value,
                               .transposed = true}};
  const ActiveFeatures& active = sentence.machine.active_features;
  run_products(products, 3, {active.runs, active.count}, sentence.plans.projection);
}

void run_attention_output(const Sentence& sentence, uint32_t layer) {
  const ModelDescriptor& model = sentence.machine.model;
  const MemoryPlan& memory = sentence.machine.memory;
  const Tensor& attention_output = memory.query;
  run_product({.op = Operator::attention_output,
               .layer = layer,
               .shape = projection_shape(model, sentence.rows),
               .weights = model.attention_output,
               .activations = memory.context,
               .activations_bias = model.activation_bias.context,
               .output = attention_output,
               .output_bias = model.activation_bias.attention_output},
              sentence.plans.projection);
  run_add_norm({.op = Operator::attention_norm,
                .layer = layer,
                .rows = sentence.rows,
                .features = model.hidden,
                .a = attention_output,
                .a_bias = model.activation_bias.attention_output,
                .b = memory.hidden_state,
                .b_bias = input_bias(sentence, layer),
                .output = memory.key,
                .output_bias = model.activation_bias.attention_norm,
                .parameters = model.attention_norm,
                .epsilon = model.layernorm_epsilon},
               sentence.plans.layernorm);
}

/// As many token rows at a time as ffn_inner has room for.
void run_feed_forward(const Sentence& sentence, uint32_t layer) {
  const ModelDescriptor& model = sentence.machine.model;
  const MemoryPlan& memory = sentence.machine.memory;
  const Tensor& input = memory.key;  // attention_norm
  const Tensor& output = memory.query;
  for (uint32_t first = 0; first < sentence.rows; first += memory.ffn_rows) {
    const uint32_t rows = minimum(memory.ffn_rows, sentence.rows - first);
    run_product({.op = Operator::ffn_inner,
                 .layer = layer,
                 .shape = ffn_inner_shape(model, rows),
                 .weights = model.ffn_inner,
                 .activations = {input.address + first * input.stride, input.stride},
                 .activations_bias = model.activation_bias.attention_norm,
                 .output = memory.ffn_inner,
                 .output_bias = model.activation_bias.ffn_inner,
                 .activation = model.activation,
                 .first_token = first},
                sentence.plans.ffn_inner);
    run_product({.op = Operator::ffn_output,
                 .layer = layer,
                 .shape = ffn_output_shape(model, rows),
                 .weights = model.ffn_output,
                 .activations = memory.ffn_inner,
                 .activations_bias = model.activation_bias.ffn_inner,
                 .output = {output.address + first * output.stride, output.stride},
                 .output_bias = model.activation_bias.ffn_output,
                 .first_token = first},
                sentence.plans.ffn_output);
  }
}

void run_layer_output(const Sentence& sentence, uint32_t layer) {
  const ModelDescriptor& model = sentence.machine.model;
  const MemoryPlan& memory = sentence.machine.memory;
  run_add_norm({.op = Operator::layer_output,
                .layer = layer,
                .rows = sentence.rows,
                .features = model.hidden,
                .a = memory.query,  // ffn_output
                .a_bias = model.activation_bias.ffn_output,
                .b = memory.key,  // attention_norm
                .b_bias = model.activation_bias.attention_norm,
                .output = memory.hidden_state,
                .output_bias = model.activation_bias.layer_output,
                .parameters = model.layer_output_norm,
                .epsilon = model.layernorm_epsilon},
               sentence.plans.layernorm);
}

}  // namespace

void run_layer(const Sentence& sentence, uint32_t layer) {
  run_projections(sentence, layer);
  run_attention(sentence, layer);
  run_attention_output(sentence, layer);
  run_feed_forward(sentence, layer);
  run_layer_output(sentence, layer);
}

}  // namespace edgebert::firmware
