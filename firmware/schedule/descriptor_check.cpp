// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/descriptor_check.hpp"

#include <stddef.h>

#include "contract/formats.hpp"

namespace edgebert::firmware {
namespace {

// The host writes the descriptor, the core reads it: 32-bit words only, no padding.
static_assert(sizeof(PackedMatrix) == 7 * 4);
static_assert(sizeof(LinearLayer) == sizeof(PackedMatrix) + 2 * 4);
static_assert(sizeof(DenseTable) == 4 * 4);
static_assert(sizeof(LayernormParameters) == 4 * 4);
static_assert(sizeof(OffRamp) == 2 * sizeof(LinearLayer));
static_assert(sizeof(ActivationBiases) == 12 * 4);
static_assert(sizeof(ModelDescriptor) == 21 * 4 + sizeof(ActivationBiases) + sizeof(PackedMatrix) +
                                             2 * sizeof(DenseTable) + 3 * sizeof(LayernormParameters) +
                                             7 * sizeof(LinearLayer) + 3 * 4);

/// Remembers the first fault found in an object.
class Checker {
 public:
  explicit Checker(const void* object) : object_(static_cast<const uint8_t*>(object)) {}

  template <typename Word>
  void require(const Word& word, bool condition) {
    static_assert(sizeof(Word) == sizeof(uint32_t));
    if (condition || fault_.exists) return;
    fault_ = {true, static_cast<uint32_t>(word),
              static_cast<uint32_t>(reinterpret_cast<const uint8_t*>(&word) - object_)};
  }

  void require_range(const uint32_t& word, uint32_t least, uint32_t most) {
    require(word, word >= least && word <= most);
  }

  void require_matrix(const PackedMatrix& matrix, uint32_t rows, uint32_t columns) {
    require(matrix.rows, matrix.rows == rows);
    require(matrix.columns, matrix.columns == columns);
    require_range(matrix.exponent_bias, 0, exponent_bias_max);
  }

  void require_linear(const LinearLayer& layer, uint32_t rows, uint32_t columns) {
    require_matrix(layer.weights, rows, columns);
    require_range(layer.channel_bias_fraction, 0, channel_bias_fraction_max);
  }

  void require_table(const DenseTable& table, uint32_t rows, uint32_t columns) {
    require(table.rows, table.rows >= rows);
    require(table.columns, table.columns == columns);
    require_range(table.exponent_bias, 0, exponent_bias_max);
  }

  void require_layernorm(const LayernormParameters& parameters) {
    require_range(parameters.gamma_bias, 0, exponent_bias_max);
    require_range(parameters.beta_bias, 0, exponent_bias_max);
  }

  DescriptorFault fault() const { return fault_; }

 private:
  const uint8_t* object_;
  DescriptorFault fault_;
};

void check_geometry(Checker& check, const ModelDescriptor& model) {
  check.require_range(model.vocabulary, 1, 1u << 16);  // token identifiers are halfwords
  check.require_range(model.embedding, 1, layernorm_features_max);
  check.require_range(model.hidden, 1, layernorm_features_max);
  check.require_range(model.heads, 1, heads_max);
  check.require(model.head_size,
                model.head_size <= model.hidden && model.heads * model.head_size == model.hidden);
  check.require_range(model.intermediate, 1, reduction_max);
  check.require_range(model.layers, 1, layers_max);
  check.require_range(model.sequence, 1, sequence_max);
  check.require_range(model.classes, 2, classes_max);
  check.require(model.token_types, model.token_types >= 1);
  check.require(model.activation, model.activation <= Activation::tanh);
  check.require_range(model.attention_scale, 1, scale_one);
  check.require(model.span_form, model.span_form <= SpanForm::in_span);
  check.require(model.span_index, model.span_index <= SpanIndex::position);
  check.require(model.off_ramps, model.off_ramps == 1 || model.off_ramps == model.layers);
}

void check_biases(Checker& check, const ActivationBiases& bias) {
  const uint32_t* words[] = {&bias.embedding_norm,
                             &bias.hidden_in,
                             &bias.query,
                             &bias.key,
                             &bias.value,
                             &bias.context,
                             &bias.attention_output,
                             &bias.attention_norm,
                             &bias.ffn_inner,
                             &bias.ffn_output,
                             &bias.layer_output,
                             &bias.pooled};
  for (const uint32_t* word : words) check.require_range(*word, 0, exponent_bias_max);
}

}  // namespace

DescriptorFault check_descriptor(const ModelDescriptor& model) {
  Checker check(&model);
  check.require(model.magic, model.magic == descriptor_magic);
  check.require(model.version, model.version == descriptor_version);
  check.require(model.bytes, model.bytes == sizeof(ModelDescriptor));
  check_geometry(check, model);
  check_biases(check, model.activation_bias);
  check.require_matrix(model.word_embedding, model.vocabulary, model.embedding);
  check.require_table(model.position_embedding, model.sequence, model.embedding);
  check.require_table(model.token_type_embedding, model.token_types, model.embedding);
  check.require_layernorm(model.embedding_norm);
  check.require_linear(model.hidden_in, model.hidden, model.embedding);
  const LinearLayer* projections[] = {&model.query, &model.key, &model.value, &model.attention_output};
  for (const LinearLayer* layer : projections) {
    check.require_linear(*layer, model.hidden, model.hidden);
  }
  check.require_layernorm(model.attention_norm);
  check.require_linear(model.ffn_inner, model.intermediate, model.hidden);
  check.require_linear(model.ffn_output, model.hidden, model.intermediate);
  check.require_layernorm(model.layer_output_norm);
  return check.fault();
}

DescriptorFault check_off_ramp(const OffRamp& off_ramp, const ModelDescriptor& model) {
  Checker check(&off_ramp);
  check.require_linear(off_ramp.pooler, model.hidden, model.hidden);
  check.require_linear(off_ramp.classifier, model.classes, model.hidden);
  return check.fault();
}

}  // namespace edgebert::firmware
