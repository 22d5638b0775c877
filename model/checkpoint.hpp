// SPDX-License-Identifier: Apache-2.0
// A checkpoint in plain float vectors by role: HuggingFace ALBERT for sequence classification (one group of
// one layer, applied several times) with off-ramps as in DeeBERT and learned attention spans.
//
// Files: model.safetensors, config.json and spiece.model in one folder.
// Tensor names: albert.embeddings..., albert.encoder..., albert.pooler, classifier as HuggingFace writes
// them;
//   albert.encoder.highway.I.pooler.dense and .classifier: the off-ramp behind layer I + 1, for all layers
//   but the last, whose off-ramp is albert.pooler and classifier. Without any of them albert.pooler and
//   classifier serve all layers. ...attention.adaptive_span.reach: one number a head, in tokens.
// Keys of config.json beside HuggingFace's: adaptive_span_ramp (R, tokens), span_softmax ("all_keys", the
// default,
//   or "in_span"), span_index ("distance", the default, or "position"), edgebert_sequence_length (default:
//   the smaller of max_position_embeddings and 128), edgebert_text_cleaning ("albert", the default, or
//   "lower_case").
// Not supported: several layer groups, a pretraining head, sinusoidal or relative positions.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/formats.hpp"
#include "model/tokenizer.hpp"

namespace edgebert::model {

/// A matrix, row-major.
struct Matrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<float> values;
};

/// y = weights * x + bias; weights are outputs x inputs.
struct Linear {
  Matrix weights;
  std::vector<float> bias;
};

struct Layernorm {
  std::vector<float> gamma;
  std::vector<float> beta;
};

/// logits = classifier(tanh(pooler(h of the first token)))
struct OffRampLayers {
  Linear pooler;
  Linear classifier;
};

/// Learned attention spans.
struct Spans {
  SpanForm form = SpanForm::none;
  SpanIndex index = SpanIndex::distance;
  float ramp = 0;            ///< R, tokens
  std::vector<float> reach;  ///< tokens, one a head
};

/// What config.json says.
struct Geometry {
  std::uint32_t vocabulary;
  std::uint32_t embedding;
  std::uint32_t hidden;
  std::uint32_t heads;
  std::uint32_t head_size;
  std::uint32_t intermediate;
  std::uint32_t layers;
  std::uint32_t classes;
  std::uint32_t token_types;
  std::uint32_t positions;  ///< rows of the position embeddings
  std::uint32_t sequence;   ///< tokens of a padded sentence, at most `positions`
  Activation activation;
  double layernorm_epsilon;
  std::vector<std::string> labels;  ///< names of the classes
  std::string task;                 ///< finetuning_task, "default" without
  TextCleaning text_cleaning;
  Spans spans;  ///< without reach; form is what the model is if it has spans
};

struct Checkpoint {
  Geometry geometry;
  Matrix word_embedding;
  Matrix position_embedding;
  Matrix token_type_embedding;
  Layernorm embedding_norm;
  Linear hidden_in;
  Linear query;
  Linear key;
  Linear value;
  Linear attention_output;
  Layernorm attention_norm;
  Linear ffn_inner;
  Linear ffn_output;
  Layernorm layer_output_norm;
  std::vector<OffRampLayers> off_ramps;  ///< one, or one a layer
  Spans spans;
  std::vector<std::uint8_t> tokenizer;  ///< SentencePiece model; empty if the folder has none
  std::string source_sha256;            ///< of model.safetensors
};

/// HuggingFace's name of Checkpoint::word_embedding.
inline constexpr const char* word_embedding_tensor = "albert.embeddings.word_embeddings.weight";

inline constexpr const char* task_name_rule = "1 to 32 letters, digits, '.', '_' or '-'";
/// Whether a task may be called so.
bool is_task_name(std::string_view name);

/// The text of a config.json.
/// @param origin  its path, for messages
/// @throws Error(Failure::image) naming the key at fault
Geometry parse_geometry(std::span<const std::uint8_t> text, const std::string& origin);

/// Reads config.json.
/// @throws as parse_geometry
Geometry read_geometry(const std::filesystem::path& config);

/// Reads a folder, or a .safetensors file with the others beside it.
/// @throws Error(Failure::image) naming the tensor or key that is missing, mis-shaped, not finite or left
/// over
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace edgebert::model
