// SPDX-License-Identifier: Apache-2.0
#include "golden/encoder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/element_add.hpp"
#include "golden/entropy.hpp"
#include "golden/softmax.hpp"

namespace edgebert::golden {

using BiasAxis = ProductStep::BiasAxis;

/// One sentence on its way through the network.
class Model::Run {
 public:
  Run(const Model& model, std::span<const std::uint16_t> token_ids, std::uint32_t first_segment)
      : model_(model),
        d_(model.descriptor_),
        w_(model.weights_),
        token_ids_(token_ids),
        first_segment_(first_segment) {}

  Forward operator()(std::uint32_t exit_threshold);

 private:
  Tensor embed();
  Tensor attention(const Tensor& h);
  void attend(std::uint32_t head, const Significands& query, const Significands& key,
              const Significands& value, Tensor& context);
  Tensor softmax_of(std::uint32_t head, const Tensor& scores);
  Tensor feed_forward(const Tensor& attention_norm);
  std::uint32_t off_ramp(const Tensor& h);

  Tensor project(const Tensor& input, const Linear& linear, Activation activation, Encoding output);
  Tensor normalise(const Tensor& a, const Tensor& b, const Layernorm& layernorm, unsigned output_bias);
  const Tensor& keep(Operator op, Tensor tensor, std::uint32_t head = 0);

  const Model& model_;
  const ModelDescriptor& d_;
  const Weights& w_;
  std::span<const std::uint16_t> token_ids_;
  std::uint32_t first_segment_;
  std::uint8_t layer_ = embedding_layer;
  Forward forward_;
};

const Tensor& Model::Run::keep(Operator op, Tensor tensor, std::uint32_t head) {
  const TensorKey key{layer_, op, static_cast<std::uint8_t>(head)};
  if (!model_.reads_all(op)) {
    for (std::uint32_t r = 0; r < tensor.rows; ++r) {
      for (std::uint32_t c = 0; c < tensor.columns; ++c) {
        if (!model_.reads(key, r, c)) tensor.values[std::size_t{r} * tensor.columns + c] = 0;
      }
    }
  }
  return forward_.tensors[key] = std::move(tensor);
}

Tensor Model::Run::project(const Tensor& input, const Linear& linear, Activation activation,
                           Encoding output) {
  return product(decode_matrix(input), linear.weights, linear.step(BiasAxis::column, activation, output),
                 forward_.saturations);
}

Tensor Model::Run::normalise(const Tensor& a, const Tensor& b, const Layernorm& parameters,
                             unsigned output_bias) {
  const LayernormStep step = parameters.step(d_.layernorm_epsilon, adaptivfloat(output_bias));
  Tensor out{a.rows, a.columns, step.output, {}, {}};
  for (std::uint32_t r = 0; r < a.rows; ++r) {
    const auto row =
        layernorm(Operand{a.row(r), a.encoding}, Operand{b.row(r), b.encoding}, step, forward_.saturations);
    out.values.insert(out.values.end(), row.begin(), row.end());
  }
  return out;
}

Tensor Model::Run::embed() {
  const auto tokens = static_cast<std::uint32_t>(token_ids_.size());
  Tensor sum{tokens, d_.embedding, wide, {}, {}};
  Tensor types{tokens, d_.embedding, adaptivfloat(w_.token_type_embedding.bias), {}, {}};
  for (std::uint32_t i = 0; i < tokens; ++i) {
    const std::vector<std::int32_t> word = w_.word_embedding.row(token_ids_[i]);
    const std::vector<std::int32_t> position = w_.position_embedding.row(i);
    const auto row =
        element_add({word, adaptivfloat(w_.word_embedding.bias)},
                    {position, adaptivfloat(w_.position_embedding.bias)}, wide, forward_.saturations);
    sum.values.insert(sum.values.end(), row.begin(), row.end());
    const std::vector<std::int32_t> type = w_.token_type_embedding.row(i < first_segment_ ? 0 : 1);
    types.values.insert(types.values.end(), type.begin(), type.end());
  }
  keep(Operator::embedding_sum, sum);
  const Tensor& norm = keep(Operator::embedding_norm,
                            normalise(sum, types, w_.embedding_norm, d_.activation_bias.embedding_norm));
  return keep(Operator::hidden_in,
              project(norm, w_.hidden_in, Activation::none, adaptivfloat(d_.activation_bias.hidden_in)));
}

Tensor Model::Run::softmax_of(std::uint32_t head, const Tensor& scores) {
  SpanMask mask{d_.span_form, d_.span_index};
  if (d_.span_form != SpanForm::none) {
    mask.codes = std::span(w_.span_masks.codes).subspan(std::size_t{head} * d_.sequence, d_.sequence);
  }
  Tensor probabilities{scores.rows, scores.columns, adaptivfloat(probability_bias), {}, {}};
  for (std::uint32_t i = 0; i < scores.rows; ++i) {
    const SoftmaxRow row = softmax(scores.row(i), i, mask, forward_.saturations);
    probabilities.values.insert(probabilities.values.end(), row.codes.begin(), row.codes.end());
    probabilities.row_scale.push_back(row.row_scale);
  }
  return probabilities;
}

void Model::Run::attend(std::uint32_t head, const Significands& query, const Significands& key,
                        const Significands& value, Tensor& context) {
  const std::uint32_t first = head * d_.head_size;
  ProductStep score_step;
  score_step.scale = {d_.attention_scale};
  const Tensor& scores = keep(Operator::scores,
                              product(columns_of(query, first, d_.head_size),
                                      columns_of(key, first, d_.head_size), score_step, forward_.saturations),
                              head);
  const Tensor& probabilities = keep(Operator::probabilities, softmax_of(head, scores), head);

  ProductStep context_step;
  context_step.scale = probabilities.row_scale;
  context_step.output = context.encoding;
  const Tensor part = product(decode_matrix(probabilities), rows_of(value, first, d_.head_size), context_step,
                              forward_.saturations);
  for (std::uint32_t r = 0; r < part.rows; ++r) {
    std::copy_n(part.row(r).begin(), d_.head_size, context.values.begin() + r * context.columns + first);
  }
}

Tensor Model::Run::attention(const Tensor& h) {
  const ActivationBiases& bias = d_.activation_bias;
  const auto& query = keep(Operator::query, project(h, w_.query, Activation::none, adaptivfloat(bias.query)));
  const auto& key = keep(Operator::key, project(h, w_.key, Activation::none, adaptivfloat(bias.key)));
  const auto& value =
      keep(Operator::value, product(w_.value.weights, decode_matrix(h),
                                    w_.value.step(BiasAxis::row, Activation::none, adaptivfloat(bias.value)),
                                    forward_.saturations));

  Tensor context{h.rows, d_.hidden, adaptivfloat(bias.context), {}, {}};
  context.values.assign(std::size_t{h.rows} * d_.hidden, 0);
  const Significands query_matrix = decode_matrix(query);
  const Significands key_matrix = decode_matrix(key);
  const Significands value_matrix = decode_matrix(value);
  for (std::uint32_t head = 0; head < d_.heads; ++head) {
    if (!model_.is_off(head)) attend(head, query_matrix, key_matrix, value_matrix, context);
  }
  keep(Operator::context, context);
  const auto& output =
      keep(Operator::attention_output,
           project(context, w_.attention_output, Activation::none, adaptivfloat(bias.attention_output)));
  return keep(Operator::attention_norm, normalise(output, h, w_.attention_norm, bias.attention_norm));
}

Tensor Model::Run::feed_forward(const Tensor& attention_norm) {
  const ActivationBiases& bias = d_.activation_bias;
  const auto& inner = keep(Operator::ffn_inner, project(attention_norm, w_.ffn_inner, d_.activation,
                                                        adaptivfloat(bias.ffn_inner)));
  const auto& output = keep(Operator::ffn_output,
                            project(inner, w_.ffn_output, Activation::none, adaptivfloat(bias.ffn_output)));
  return keep(Operator::layer_output,
              normalise(output, attention_norm, w_.layer_output_norm, bias.layer_output));
}

std::uint32_t Model::Run::off_ramp(const Tensor& h) {
  const OffRampWeights& ramp = w_.off_ramps.size() == 1 ? w_.off_ramps[0] : w_.off_ramps[layer_ - 1u];
  const std::span<const std::int32_t> first = h.row(0);
  const Tensor first_row{1, h.columns, h.encoding, {first.begin(), first.end()}, {}};
  const auto& pooled = keep(Operator::pooled, project(first_row, ramp.pooler, Activation::tanh,
                                                      adaptivfloat(d_.activation_bias.pooled)));
  const auto& logits = keep(Operator::logits, project(pooled, ramp.classifier, Activation::none, wide));
  const std::uint32_t nats = entropy(logits.values);
  keep(Operator::entropy, {1, 1, {Format::entropy, 0}, {static_cast<std::int32_t>(nats)}, {}});
  forward_.logits.push_back(logits.values);
  forward_.entropies.push_back(nats);
  return nats;
}

Forward Model::Run::operator()(std::uint32_t exit_threshold) {
  Tensor h = embed();
  for (std::uint32_t layer = 1; layer <= d_.layers; ++layer) {
    layer_ = static_cast<std::uint8_t>(layer);
    h = feed_forward(attention(h));
    if (exits(off_ramp(h), exit_threshold)) break;
  }
  forward_.exit_layer = layer_;
  forward_.prediction = prediction(forward_.logits.back());
  return std::move(forward_);
}

const Tensor& Forward::at(const TensorKey& key) const {
  const auto found = tensors.find(key);
  if (found != tensors.end()) return found->second;
  throw Error(Failure::internal,
              fmt::format("looking for {} in a golden run that ended at layer {}: not computed; compare only "
                          "layers up to the exit and heads that are on",
                          to_string(key), exit_layer));
}

Model::Model(const ModelImage& image, std::size_t task)
    : descriptor_(image.tasks().at(task).descriptor),
      hash_(image.hash() + image.tasks()[task].prefix),
      weights_(image, image.tasks()[task]) {}

bool Model::in_span(std::uint32_t head, std::uint32_t query, std::uint32_t key) const {
  const std::uint32_t distance = key > query ? key - query : query - key;
  const std::uint32_t t = descriptor_.span_index == SpanIndex::distance ? distance : key;
  const std::size_t mask = std::size_t{head} * descriptor_.sequence;
  return t < descriptor_.sequence && significand_of(weights_.span_masks.codes[mask + t]) != 0;
}

bool Model::reads_all(Operator op) const {
  switch (op) {
    case Operator::query:
    case Operator::key:
    case Operator::value:
      return descriptor_.heads_off[0] == 0 && descriptor_.heads_off[1] == 0;
    case Operator::scores:
      return descriptor_.span_form != SpanForm::in_span;
    default:
      return true;
  }
}

bool Model::reads(const TensorKey& key, std::uint32_t row, std::uint32_t column) const {
  if (reads_all(key.op)) return true;
  if (key.op == Operator::scores) return in_span(key.head, row, column);
  return !is_off((key.op == Operator::value ? row : column) / descriptor_.head_size);
}

Forward Model::run(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                   std::uint32_t exit_threshold) const {
  if (token_ids.empty() || token_ids.size() > descriptor_.sequence) {
    throw Error(Failure::input,
                fmt::format("running golden on {} tokens: the model takes 1 to {}; shorten the "
                            "sentence",
                            token_ids.size(), descriptor_.sequence));
  }
  const auto largest = *std::max_element(token_ids.begin(), token_ids.end());
  if (largest >= descriptor_.vocabulary) {
    throw Error(Failure::input,
                fmt::format("running golden on token id {}: the model's vocabulary has {}; use "
                            "the model's own tokenizer",
                            largest, descriptor_.vocabulary));
  }
  if (first_segment < token_ids.size() && descriptor_.token_types < 2) {
    throw Error(Failure::input,
                fmt::format("running golden on two segments: the model has {} token type; join "
                            "the segments",
                            descriptor_.token_types));
  }
  return Run(*this, token_ids, first_segment)(exit_threshold);
}

}  // namespace edgebert::golden
