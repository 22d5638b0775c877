// SPDX-License-Identifier: Apache-2.0
// The tensors of a model image, unpacked and decoded. Found in the container by name, not by bus address.
#pragma once
#include <cstdint>
#include <vector>

#include "contract/model_image.hpp"
#include "golden/layernorm.hpp"
#include "golden/product.hpp"

namespace edgebert::golden {

/// A dense matrix of AdaptivFloat codes.
struct CodeMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  unsigned bias = 0;
  std::vector<std::uint8_t> codes;

  /// One row as an operand's values.
  std::vector<std::int32_t> row(std::uint32_t r) const;
};

/// Weights and channel biases of a linear layer.
struct Linear {
  Significands weights;
  std::vector<std::int16_t> channel_bias;
  unsigned channel_bias_fraction = 0;

  /// The step that applies these biases.
  ProductStep step(ProductStep::BiasAxis axis, Activation activation, Encoding output) const;
};

/// gamma and beta of a layernorm.
struct Layernorm {
  std::vector<std::uint8_t> gamma;
  std::vector<std::uint8_t> beta;
  unsigned gamma_bias = 0;
  unsigned beta_bias = 0;

  LayernormStep step(std::uint32_t epsilon, Encoding output) const;
};

/// The classifier behind a layer.
struct OffRampWeights {
  Linear pooler;
  Linear classifier;
};

/// Everything an image holds for the forward run of a task.
struct Weights {
  CodeMatrix word_embedding;
  CodeMatrix position_embedding;
  CodeMatrix token_type_embedding;
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
  std::vector<OffRampWeights> off_ramps;
  CodeMatrix span_masks;  ///< heads x sequence; empty without spans

  Weights(const ModelImage& image, const Task& task);
};

/// A packed matrix as dense codes.
/// @throws Error(Failure::image) if masks and data do not fit together
CodeMatrix unpack(const Safetensors& container, const std::string& name, const PackedMatrix& packed);

}  // namespace edgebert::golden
