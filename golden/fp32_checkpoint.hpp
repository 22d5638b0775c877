// SPDX-License-Identifier: Apache-2.0
// A float checkpoint with HuggingFace's ALBERT names, plus off-ramps (albert.encoder.highway.I.pooler.dense,
// .classifier; the last layer's are albert.pooler and classifier) and adaptive spans (adaptive_span.reach,
// one a head). Without highway tensors all layers share the last off-ramp. Keys of config.json beside
// HuggingFace's: adaptive_span_ramp, span_softmax (all_keys | in_span), span_index (distance | position),
// edgebert_sequence_length.
// Not read: several layer groups.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "contract/formats.hpp"
#include "contract/safetensors.hpp"

namespace edgebert::golden {

/// A row-major float matrix; a vector is one row.
struct FloatMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<float> values;

  float* row(std::uint32_t r) { return values.data() + std::size_t{r} * columns; }
  const float* row(std::uint32_t r) const { return values.data() + std::size_t{r} * columns; }
};

/// y = W x + b. The weights lie in panels of `panel` outputs: within a panel, input by input, so that the
/// inner loop of a product reads consecutive addresses. The last panel is filled up with zeros.
struct FloatLinear {
  static constexpr std::uint32_t panel = 32;

  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::vector<float> panels;  ///< [ceil(outputs / panel)][inputs][panel]
  std::vector<float> bias;
};

struct FloatLayernorm {
  std::vector<float> gamma;
  std::vector<float> beta;
};

struct FloatOffRamp {
  FloatLinear pooler;
  FloatLinear classifier;
};

/// Geometry from config.json.
struct Fp32Config {
  std::uint32_t vocabulary = 0;
  std::uint32_t embedding = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
  std::uint32_t intermediate = 0;
  std::uint32_t layers = 0;
  std::uint32_t positions = 0;
  std::uint32_t sequence = 0;  ///< tokens of a padded sentence: where spans by position are anchored
  std::uint32_t token_types = 0;
  std::uint32_t classes = 0;
  Activation activation = Activation::gelu_new;
  float layer_norm_eps = 0;
  SpanForm span_form = SpanForm::none;
  SpanIndex span_index = SpanIndex::distance;
  float span_ramp = 1;
  std::vector<float> span_reach;  ///< tokens, one a head; empty without spans

  std::uint32_t head_size() const { return hidden / heads; }
};

/// All tensors as float.
struct Fp32Checkpoint {
  Fp32Config config;
  FloatMatrix word_embedding;
  FloatMatrix position_embedding;
  FloatMatrix token_type_embedding;
  FloatLayernorm embedding_norm;
  FloatLinear hidden_in;
  FloatLinear query;
  FloatLinear key;
  FloatLinear value;
  FloatLinear attention_output;
  FloatLayernorm attention_norm;
  FloatLinear ffn_inner;
  FloatLinear ffn_output;
  FloatLayernorm layer_output_norm;
  std::vector<FloatOffRamp> off_ramps;  ///< one a layer

  /// @throws Error(Failure::image) naming the tensor or the key of config.json at fault
  Fp32Checkpoint(const Safetensors& tensors, const std::string& config_json);
  /// Reads model.safetensors and config.json of a directory.
  static Fp32Checkpoint read(const std::filesystem::path& directory);
};

}  // namespace edgebert::golden
