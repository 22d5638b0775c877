// SPDX-License-Identifier: Apache-2.0
// Packed word rows are gathered straight into decoder 0's buffers; position rows are dense. Rows of token
// type 0 come first, those of type 1 after them; each segment repeats its one type row.
#include "firmware/schedule/embedding.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/element_add.hpp"
#include "firmware/drivers/layernorm.hpp"
#include "firmware/schedule/layer_norm.hpp"
#include "firmware/schedule/product.hpp"

namespace edgebert::firmware {
namespace {

/// Byte addresses in the data buffers, for the largest tile.
struct EmbeddingLayout {
  uint32_t stride;      // of word, position, type and normalised rows
  uint32_t sum_stride;  // wide
  uint32_t type_base;   // data buffer 0, behind the words
  uint32_t norm_base;   // data buffer 0
  uint32_t sum_base;    // data buffer 1, behind the positions
};

EmbeddingLayout embedding_layout(uint32_t features, uint32_t rows) {
  const uint32_t stride = aligned(features);
  return {stride, aligned(features * wide_bytes), rows * stride, (rows + 1) * stride, rows * stride};
}

void load_tile(const Sentence& sentence, const EmbeddingLayout& layout, uint32_t first, uint32_t rows) {
  const ModelDescriptor& model = sentence.machine.model;
  const Tag tag{embedding_layer, Operator::embedding_sum, 0, first, 0};
  load_packed(
      {.matrix = &model.word_embedding,
       .buffer = dma::Buffer::data0,
       .row_list = sentence.machine.memory.token_ids + first * static_cast<uint32_t>(sizeof(uint16_t)),
       .first_row = 0,
       .rows = rows,
       .first_group = 0,
       .groups = divide_up(model.embedding, mask_group)},
      tag);
  load({model.position_embedding.address + first * model.embedding, model.embedding},
       {dma::Buffer::data1, 0, layout.stride}, {rows, model.embedding}, tag);
}

void add_tile(const Sentence& sentence, const EmbeddingLayout& layout, uint32_t first, uint32_t rows) {
  const ModelDescriptor& model = sentence.machine.model;
  run(AddCommand{.rows = rows,
                 .features = model.embedding,
                 .a = {sfu::Format::packed, 0, model.word_embedding.exponent_bias, 0, 0},
                 .b = {sfu::Format::adaptivfloat, 1, model.position_embedding.exponent_bias, 0,
                       layout.stride},
                 .output = {sfu::Format::wide, 1, 0, layout.sum_base, layout.sum_stride}},
      {embedding_layer, Operator::embedding_sum, 0, first, 0});
}

void norm_tile(const Sentence& sentence, const EmbeddingLayout& layout, uint32_t beta_base, uint32_t type,
               uint32_t first, uint32_t rows) {
  const ModelDescriptor& model = sentence.machine.model;
  const Tensor& output = sentence.machine.memory.embedding_norm;
  const Tag tag{embedding_layer, Operator::embedding_norm, 0, first, 0};
  load({model.token_type_embedding.address + type * model.embedding, 0},
       {dma::Buffer::data0, layout.type_base, 0}, {1, model.embedding}, tag);
  run(LayernormCommand{.rows = rows,
                       .features = model.embedding,
                       .a = {sfu::Format::wide, 1, 0, layout.sum_base, layout.sum_stride},
                       .b = {sfu::Format::adaptivfloat, 0, model.token_type_embedding.exponent_bias,
                             layout.type_base, 0},
                       .output = {sfu::Format::adaptivfloat, 0, model.activation_bias.embedding_norm,
                                  layout.norm_base, layout.stride},
                       .gamma_base = 0,
                       .gamma_bias = model.embedding_norm.gamma_bias,
                       .beta_base = beta_base,
                       .beta_bias = model.embedding_norm.beta_bias,
                       .epsilon = model.layernorm_epsilon},
      tag);
  store({dma::Buffer::data0, layout.norm_base, layout.stride},
        {output.address + first * output.stride, output.stride}, {rows, model.embedding}, tag);
}

}  // namespace

void run_embedding(const Sentence& sentence) {
  const ModelDescriptor& model = sentence.machine.model;
  const MemoryPlan& memory = sentence.machine.memory;
  const uint32_t tile_rows = sentence.plans.embedding.tile_rows;
  const EmbeddingLayout layout = embedding_layout(model.embedding, tile_rows);
  Transfers transfers;
  const uint32_t beta_base = load_layernorm_parameters(transfers, model.embedding_norm, model.embedding,
                                                       {embedding_layer, Operator::embedding_norm, 0, 0, 0});
  transfers.finish();

  for (uint32_t first = 0, rows = 0; first < sentence.rows; first += rows) {
    const uint32_t type = first < sentence.first_segment ? 0 : 1;
    const uint32_t end = type == 0 ? sentence.first_segment : sentence.rows;
    rows = minimum(tile_rows, end - first);
    load_tile(sentence, layout, first, rows);
    add_tile(sentence, layout, first, rows);
    norm_tile(sentence, layout, beta_base, type, first, rows);
  }

  run_product({.op = Operator::hidden_in,
               .layer = embedding_layer,
               .shape = hidden_in_shape(model, sentence.rows),
               .weights = model.hidden_in,
               .activations = memory.embedding_norm,
               .activations_bias = model.activation_bias.embedding_norm,
               .output = memory.hidden_state,
               .output_bias = model.activation_bias.hidden_in},
              sentence.plans.hidden_in);
}

}  // namespace edgebert::firmware
