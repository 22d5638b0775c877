// SPDX-License-Identifier: Apache-2.0
// The network of docs/numerics.md section 9 in toy arithmetic, on whole matrices: what any schedule must
// arrive at.
#include "tests/unit/firmware/toy_arithmetic.hpp"
#include "tests/unit/firmware/toy_model.hpp"

namespace edgebert::firmware_test {
namespace {

class Network {
 public:
  Network(const ToyModel& model, const mailbox::Job& job)
      : model_(model), d_(model.descriptor), bias_(d_.activation_bias), job_(job) {}

  Reference run() {
    embed();
    for (layer_ = 1; out_.result.exit_layer == 0; ++layer_) {
      layer();
      off_ramp();
    }
    out_.result.number = job_.number;
    out_.result.classes = d_.classes;
    return out_;
  }

 private:
  const Rows& record(Operator op, uint32_t head, Rows rows, uint32_t first_column = 0) {
    Tensor& tensor = out_.tensors[{layer_, op, head}];
    for (uint32_t r = 0; r < rows.size(); ++r) {
      for (uint32_t c = 0; c < rows[r].size(); ++c) tensor[{r, first_column + c}] = rows[r][c];
    }
    return kept_[op] = std::move(rows);
  }

  static uint32_t dot(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
    uint32_t sum = 0;
    for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  }

  /// activations x weights, transposed if asked.
  Rows linear(const Rows& activations, uint32_t activations_bias, const ToyLinear& toy,
              const LinearLayer& layer, uint32_t output_bias, Activation activation = Activation::none,
              bool transposed = false, uint32_t mask = 0xff) {
    const size_t tokens = activations.size(), features = toy.weights.size();
    Rows out(transposed ? features : tokens, std::vector<uint32_t>(transposed ? tokens : features));
    const uint32_t weights_bias = layer.weights.exponent_bias;
    for (size_t t = 0; t < tokens; ++t) {
      for (size_t f = 0; f < features; ++f) {
        const toy::ProductParameters parameters{scale_one,
                                                toy.channel_bias[f],
                                                layer.channel_bias_fraction,
                                                static_cast<uint32_t>(activation),
                                                transposed ? weights_bias : activations_bias,
                                                transposed ? activations_bias : weights_bias,
                                                output_bias};
        const uint32_t value = toy::finish(dot(activations[t], toy.weights[f]), parameters) & mask;
        (transposed ? out[f][t] : out[t][f]) = value;
      }
    }
    return out;
  }

  Rows norm(const Rows& a, uint32_t a_bias, const Rows& b, uint32_t b_bias, const std::string& name,
            const LayernormParameters& parameters, uint32_t output_bias) {
    Rows out = a;
    for (size_t row = 0; row < a.size(); ++row) {
      uint32_t total = 0;
      for (size_t j = 0; j < a[row].size(); ++j) total += toy::add(a[row][j], a_bias, b[row][j], b_bias);
      for (size_t j = 0; j < a[row].size(); ++j) {
        out[row][j] = toy::normalise(
            toy::add(a[row][j], a_bias, b[row][j], b_bias), total,
            {model_.norms.at(name + ".gamma")[j], parameters.gamma_bias, model_.norms.at(name + ".beta")[j],
             parameters.beta_bias, d_.layernorm_epsilon, output_bias});
      }
    }
    return out;
  }

  void embed() {
    Rows sum, type;
    for (uint32_t row = 0; row < job_.padded_tokens; ++row) {
      const auto& word = model_.words[job_.token_ids[row]];
      auto& to = sum.emplace_back();
      for (uint32_t j = 0; j < d_.embedding; ++j) {
        to.push_back(toy::add(word[j], d_.word_embedding.exponent_bias, model_.positions[row][j],
                              d_.position_embedding.exponent_bias));
      }
      const bool single = job_.first_segment >= job_.tokens;
      type.push_back(model_.types[single || row < job_.first_segment ? 0 : 1]);
    }
    record(Operator::embedding_sum, 0, std::move(sum));
    record(Operator::embedding_norm, 0,
           norm(kept_[Operator::embedding_sum], 0, type, d_.token_type_embedding.exponent_bias,
                "embedding_norm", d_.embedding_norm, bias_.embedding_norm));
    hidden_ = record(Operator::hidden_in, 0,
                     linear(kept_[Operator::embedding_norm], bias_.embedding_norm, model_.hidden_in,
                            d_.hidden_in, bias_.hidden_in));
  }

  bool is_off(uint32_t head) const { return (d_.heads_off[head / 32] >> head % 32 & 1) != 0; }

  /// Features of heads that are off must not be computed.
  void record_projection(Operator op, Rows rows) {
    record(op, 0, std::move(rows));
    Tensor& tensor = out_.tensors[{layer_, op, 0}];
    std::erase_if(tensor, [&](const auto& element) {
      const auto [row, column] = element.first;
      return is_off((op == Operator::value ? row : column) / d_.head_size);
    });
    if (tensor.empty()) out_.tensors.erase({layer_, op, 0});
  }

  void layer() {
    const uint32_t in = layer_ == 1 ? bias_.hidden_in : bias_.layer_output;
    record_projection(Operator::query, linear(hidden_, in, model_.query, d_.query, bias_.query));
    record_projection(Operator::key, linear(hidden_, in, model_.key, d_.key, bias_.key));
    record_projection(Operator::value,
                      linear(hidden_, in, model_.value, d_.value, bias_.value, Activation::none, true));
    Rows context(job_.padded_tokens, std::vector<uint32_t>(d_.hidden));
    for (uint32_t head = 0; head < d_.heads; ++head) {
      if (!is_off(head)) attend(head, context);
    }
    const Rows attention_output = record(
        Operator::attention_output, 0,
        linear(context, bias_.context, model_.attention_output, d_.attention_output, bias_.attention_output));
    const Rows normalised = record(Operator::attention_norm, 0,
                                   norm(attention_output, bias_.attention_output, hidden_, in,
                                        "attention_norm", d_.attention_norm, bias_.attention_norm));
    record(Operator::ffn_inner, 0,
           linear(normalised, bias_.attention_norm, model_.ffn_inner, d_.ffn_inner, bias_.ffn_inner,
                  d_.activation));
    record(Operator::ffn_output, 0,
           linear(kept_[Operator::ffn_inner], bias_.ffn_inner, model_.ffn_output, d_.ffn_output,
                  bias_.ffn_output));
    hidden_ = record(Operator::layer_output, 0,
                     norm(kept_[Operator::ffn_output], bias_.ffn_output, normalised, bias_.attention_norm,
                          "layer_output", d_.layer_output_norm, bias_.layer_output));
  }

  uint32_t mask_code(uint32_t head, uint32_t query, uint32_t key) const {
    if (d_.span_form == SpanForm::none) return 0x30;
    const uint32_t distance = key > query ? key - query : query - key;
    return model_.span_masks[head][d_.span_index == SpanIndex::position ? key : distance];
  }

  void attend(uint32_t head, Rows& context) {
    const uint32_t tokens = job_.padded_tokens, size = d_.head_size, first = head * size;
    const auto part = [&](const std::vector<uint32_t>& row) {
      return std::vector<uint32_t>(row.begin() + first, row.begin() + first + size);
    };
    Rows scores(tokens), weights(tokens), of_head(tokens);
    for (uint32_t query = 0; query < tokens; ++query) {
      uint32_t sum = 0;
      for (uint32_t key = 0; key < tokens; ++key) {
        const uint32_t score =
            toy::finish(dot(part(kept_[Operator::query][query]), part(kept_[Operator::key][key])),
                        {d_.attention_scale, 0, channel_bias_fraction_max, 0, bias_.query, bias_.key, 0});
        const uint32_t mask = mask_code(head, query, key);
        const bool reachable = key < job_.tokens && (d_.span_form != SpanForm::in_span || mask != 0);
        scores[query].push_back(score);
        weights[query].push_back(reachable ? toy::attention_weight(score, mask) : 0);
        if (reachable) sum += toy::mix({score, mask});
      }
      for (uint32_t feature = 0; feature < size; ++feature) {
        of_head[query].push_back(toy::finish(dot(weights[query], kept_[Operator::value][first + feature]),
                                             {toy::row_scale(sum), 0, channel_bias_fraction_max, 0,
                                              probability_bias, bias_.value, bias_.context}) &
                                 0xff);
        context[query][first + feature] = of_head[query].back();
      }
    }
    record(Operator::scores, head, std::move(scores));
    record(Operator::probabilities, head, std::move(weights));
    record(Operator::context, 0, std::move(of_head), first);
  }

  void off_ramp() {
    const uint32_t which = d_.off_ramps == 1 ? 0 : layer_ - 1;
    const OffRamp& ramp = model_.off_ramps[which];
    const Rows& pooled = record(Operator::pooled, 0,
                                linear({hidden_[0]}, bias_.layer_output, model_.poolers[which], ramp.pooler,
                                       bias_.pooled, Activation::tanh));
    const Rows& logits = record(Operator::logits, 0,
                                linear(pooled, bias_.pooled, model_.classifiers[which], ramp.classifier, 0,
                                       Activation::none, false, ~0u));
    const uint32_t entropy = toy::entropy(logits[0]);
    mailbox::Result& result = out_.result;
    result.entropy[layer_ - 1] = entropy;
    result.layers = layer_;
    uint32_t best = 0;
    for (uint32_t each = 0; each < d_.classes; ++each) {
      result.logits[each] = static_cast<int32_t>(logits[0][each]);
      if (result.logits[each] > result.logits[best]) best = each;
    }
    result.prediction = best;
    if (entropy < job_.exit_threshold || layer_ == d_.layers) result.exit_layer = layer_;
    record(Operator::entropy, 0, {{entropy}});
  }

  const ToyModel& model_;
  const ModelDescriptor& d_;
  const ActivationBiases& bias_;
  const mailbox::Job& job_;
  uint32_t layer_ = 0;
  Rows hidden_;
  std::map<Operator, Rows> kept_;
  Reference out_;
};

}  // namespace

Reference reference(const ToyModel& model, const mailbox::Job& job) {
  return Network(model, job).run();
}

}  // namespace edgebert::firmware_test
