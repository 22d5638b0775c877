// SPDX-License-Identifier: Apache-2.0
// What firmware knows of a model: geometry, number formats and where each tensor lies. Written by `compile`
// at the first byte of the weight memory, read by firmware and by golden. A model of several tasks has a
// descriptor for each, all with the same word embeddings. Every field is a 32-bit little-endian word;
// addresses are bus addresses (contract/memory_map.hpp).
#pragma once
#include "contract/formats.hpp"

namespace edgebert {

/// A bit-mask-packed AdaptivFloat matrix, row-major.
/// masks: ceil(columns / 64) 64-bit words a row, bit k of word g set if element 64 g + k is not zero.
/// data: the non-zero codes of each row in order; rows follow each other without gaps.
/// Row r starts at data + index_base[r / index_rows] + index_offset[r]   (32-bit words and 16-bit halfwords).
struct PackedMatrix {
  uint32_t rows;
  uint32_t columns;
  uint32_t masks;
  uint32_t data;
  uint32_t index_base;
  uint32_t index_offset;
  uint32_t exponent_bias;
};

/// A product's weights and its 16-bit channel biases, one a row.
struct LinearLayer {
  PackedMatrix weights;
  uint32_t channel_bias;           ///< address of rows x int16
  uint32_t channel_bias_fraction;  ///< fraction bits, 0 to 12
};

/// A dense table of AdaptivFloat codes, row-major.
struct DenseTable {
  uint32_t rows;
  uint32_t columns;
  uint32_t address;
  uint32_t exponent_bias;
};

/// gamma and beta of a layernorm: one AdaptivFloat code a feature.
struct LayernormParameters {
  uint32_t gamma;
  uint32_t gamma_bias;
  uint32_t beta;
  uint32_t beta_bias;
};

/// The classifier behind a layer.
struct OffRamp {
  LinearLayer pooler;
  LinearLayer classifier;
};

/// AdaptivFloat exponent bias of each activation site (docs/numerics.md section 9).
struct ActivationBiases {
  uint32_t embedding_norm;
  uint32_t hidden_in;
  uint32_t query;
  uint32_t key;
  uint32_t value;
  uint32_t context;
  uint32_t attention_output;
  uint32_t attention_norm;
  uint32_t ffn_inner;
  uint32_t ffn_output;
  uint32_t layer_output;
  uint32_t pooled;
};

inline constexpr uint32_t descriptor_magic = 0x31424245;  ///< "EBB1"
inline constexpr uint32_t descriptor_version = 2;
inline constexpr uint32_t heads_max = 64;
inline constexpr uint32_t layers_max = 48;
inline constexpr uint32_t sequence_max = 512;
inline constexpr uint32_t tasks_max = 4;  ///< as many as the published SoC is evaluated with

struct ModelDescriptor {
  uint32_t magic;
  uint32_t version;
  uint32_t bytes;  ///< sizeof(ModelDescriptor)

  uint32_t vocabulary;
  uint32_t embedding;  ///< features of an embedding row
  uint32_t hidden;     ///< features of a token inside the encoder
  uint32_t heads;      ///< hidden = heads * head_size
  uint32_t head_size;
  uint32_t intermediate;  ///< features inside the feed-forward network
  uint32_t layers;
  uint32_t sequence;  ///< tokens of a padded sentence
  uint32_t classes;
  uint32_t token_types;

  Activation activation;       ///< of ffn_inner
  uint32_t layernorm_epsilon;  ///< 24 fraction bits
  uint32_t attention_scale;    ///< nearest(2^20 / sqrt(head_size))
  SpanForm span_form;
  SpanIndex span_index;
  uint32_t span_masks;    ///< address of heads x sequence AF8(3) codes
  uint32_t heads_off[2];  ///< bit h % 32 of word h / 32: head h is never computed

  ActivationBiases activation_bias;

  PackedMatrix word_embedding;
  DenseTable position_embedding;  ///< sequence rows
  DenseTable token_type_embedding;
  LayernormParameters embedding_norm;
  LinearLayer hidden_in;

  LinearLayer query;
  LinearLayer key;
  LinearLayer value;
  LinearLayer attention_output;
  LayernormParameters attention_norm;
  LinearLayer ffn_inner;
  LinearLayer ffn_output;
  LayernormParameters layer_output_norm;

  uint32_t off_ramps;       ///< 1: shared by all layers; otherwise one a layer
  uint32_t off_ramp_table;  ///< address of off_ramps x OffRamp

  uint32_t next_task;  ///< address of the next task's descriptor; 0: this is the last
};

/// Tasks of one model are tuned from one network: what they have in common besides the word embeddings.
constexpr bool same_network(const ModelDescriptor& a, const ModelDescriptor& b) {
  return a.vocabulary == b.vocabulary && a.embedding == b.embedding && a.hidden == b.hidden &&
         a.heads == b.heads && a.intermediate == b.intermediate && a.layers == b.layers &&
         a.sequence == b.sequence;
}

}  // namespace edgebert
