// SPDX-License-Identifier: Apache-2.0
#include "golden/fp32.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::golden {

namespace {

// The +1e-8 beside the masked sum that all_keys checkpoints are trained with.
constexpr double trained_epsilon = 1e-8;

FloatMatrix zeros(std::uint32_t rows, std::uint32_t columns) {
  return {rows, columns, std::vector<float>(std::size_t{rows} * columns)};
}

FloatMatrix apply(const FloatLinear& linear, const FloatMatrix& x) {
  constexpr std::size_t panel = FloatLinear::panel;
  FloatMatrix y = zeros(x.rows, linear.outputs);
  for (std::size_t first = 0; first < linear.outputs; first += panel) {
    for (std::uint32_t r = 0; r < x.rows; ++r) {
      const float* weights = linear.panels.data() + first * linear.inputs;
      std::array<float, panel> sums{};
      for (std::uint32_t k = 0; k < linear.inputs; ++k, weights += panel) {
        const float factor = x.row(r)[k];
        for (std::size_t o = 0; o < panel; ++o) sums[o] += factor * weights[o];
      }
      const std::size_t count = std::min(panel, linear.outputs - first);
      for (std::size_t o = 0; o < count; ++o) y.row(r)[first + o] = sums[o] + linear.bias[first + o];
    }
  }
  return y;
}

void normalise(FloatMatrix& x, const FloatLayernorm& parameters, float epsilon) {
  for (std::uint32_t r = 0; r < x.rows; ++r) {
    float* row = x.row(r);
    double sum = 0;
    for (std::uint32_t j = 0; j < x.columns; ++j) sum += row[j];
    const double mean = sum / x.columns;
    double squares = 0;
    for (std::uint32_t j = 0; j < x.columns; ++j) squares += (row[j] - mean) * (row[j] - mean);
    const double inverse = 1 / std::sqrt(squares / x.columns + epsilon);
    for (std::uint32_t j = 0; j < x.columns; ++j) {
      row[j] = static_cast<float>((row[j] - mean) * inverse) * parameters.gamma[j] + parameters.beta[j];
    }
  }
}

void add(FloatMatrix& x, const FloatMatrix& y) {
  for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] += y.values[i];
}

float activate(Activation activation, float x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0f);
    case Activation::gelu_new: {
      const float root = std::sqrt(2 / std::numbers::pi_v<float>);
      return 0.5f * x * (1 + std::tanh(root * (x + 0.044715f * x * x * x)));
    }
    case Activation::gelu:
      return 0.5f * x * (1 + std::erf(x / std::numbers::sqrt2_v<float>));
    case Activation::tanh:
      return std::tanh(x);
  }
  return x;
}

void activate(Activation activation, FloatMatrix& x) {
  for (float& value : x.values) value = activate(activation, value);
}

void report(const Observer& observer, Site site, FloatMatrix& x) {
  if (observer) observer(site, x.values);
}

}  // namespace

void Ranges::merge(const Ranges& other) {
  for (std::size_t site = 0; site < site_count; ++site)
    largest_[site] = std::max(largest_[site], other.largest_[site]);
}

void Ranges::observe(Site site, std::span<const float> values) {
  float& largest = largest_[static_cast<std::size_t>(site)];
  for (const float value : values) largest = std::max(largest, std::fabs(value));
}

Distribution::Distribution() {
  for (auto& counts : counts_) counts.resize(std::size_t{1} << (31 - dropped_bits));
}

void Distribution::observe(Site site, std::span<const float> values) {
  auto& counts = counts_[static_cast<std::size_t>(site)];
  for (const float value : values) ++counts[std::bit_cast<std::uint32_t>(std::fabs(value)) >> dropped_bits];
}

void Distribution::merge(const Distribution& other) {
  for (std::size_t site = 0; site < site_count; ++site) {
    std::transform(counts_[site].begin(), counts_[site].end(), other.counts_[site].begin(),
                   counts_[site].begin(), std::plus<>());
  }
}

float Distribution::percentile(Site site, double percent) const {
  const auto& counts = counts_[static_cast<std::size_t>(site)];
  const auto all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  const auto wanted = static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(all)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    seen += counts[bucket];
    if (seen >= wanted && seen > 0)
      return std::bit_cast<float>(static_cast<std::uint32_t>(bucket + 1) << dropped_bits);
  }
  return 0;
}

double entropy_of(std::span<const float> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  double weighted = 0;
  for (const float logit : logits) {
    const double e = std::exp(logit - largest);
    sum += e;
    weighted += (logit - largest) * e;
  }
  return std::log(sum) - weighted / sum;
}

float Fp32Model::span_mask(std::uint32_t head, std::uint32_t query, std::uint32_t key) const {
  const Fp32Config& c = config();
  if (c.span_form == SpanForm::none) return 1;
  const float reach = c.span_reach[head];
  if (c.span_index == SpanIndex::distance) {
    const auto distance = static_cast<float>(query > key ? query - key : key - query);
    return std::clamp((reach - distance) / c.span_ramp, 0.0f, 1.0f);
  }
  const auto before_last = static_cast<float>(c.sequence - 1) - static_cast<float>(key);
  return std::clamp((reach - before_last) / c.span_ramp + 1, 0.0f, 1.0f);
}

FloatMatrix Fp32Model::embed(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                             const Observer& observer) const {
  const Fp32Checkpoint& w = checkpoint_;
  FloatMatrix x = zeros(static_cast<std::uint32_t>(token_ids.size()), w.config.embedding);
  for (std::uint32_t i = 0; i < x.rows; ++i) {
    const float* word = w.word_embedding.row(token_ids[i]);
    const float* type = w.token_type_embedding.row(i < first_segment ? 0 : 1);
    const float* position = w.position_embedding.row(i);
    for (std::uint32_t j = 0; j < x.columns; ++j) x.row(i)[j] = word[j] + type[j] + position[j];
  }
  normalise(x, w.embedding_norm, w.config.layer_norm_eps);
  report(observer, Site::embedding_norm, x);
  FloatMatrix hidden = apply(w.hidden_in, x);
  report(observer, Site::hidden_in, hidden);
  return hidden;
}

FloatMatrix Fp32Model::context(const FloatMatrix& query, const FloatMatrix& key,
                               const FloatMatrix& value) const {
  const Fp32Config& c = config();
  const std::uint32_t tokens = query.rows;
  const std::uint32_t size = c.head_size();
  const float root = std::sqrt(static_cast<float>(size));
  FloatMatrix result = zeros(tokens, c.hidden);
  std::vector<float> scores(tokens);
  std::vector<double> weights(tokens);
  for (std::uint32_t head = 0; head < c.heads; ++head) {
    const std::uint32_t first = head * size;
    for (std::uint32_t i = 0; i < tokens; ++i) {
      for (std::uint32_t j = 0; j < tokens; ++j) {
        float sum = 0;
        for (std::uint32_t k = 0; k < size; ++k) sum += query.row(i)[first + k] * key.row(j)[first + k];
        scores[j] = sum / root;
      }
      // The largest score over all keys cancels in both span forms; in_span only lacks the epsilon.
      const float largest = *std::max_element(scores.begin(), scores.end());
      double sum_of_exp = 0;
      double masked_sum = 0;
      for (std::uint32_t j = 0; j < tokens; ++j) {
        const double e = std::exp(static_cast<double>(scores[j]) - largest);
        weights[j] = e * span_mask(head, i, j);
        sum_of_exp += e;
        masked_sum += weights[j];
      }
      if (c.span_form == SpanForm::all_keys) masked_sum += trained_epsilon * sum_of_exp;
      if (masked_sum == 0) continue;
      for (std::uint32_t j = 0; j < tokens; ++j) {
        const auto probability = static_cast<float>(weights[j] / masked_sum);
        for (std::uint32_t k = 0; k < size; ++k)
          result.row(i)[first + k] += probability * value.row(j)[first + k];
      }
    }
  }
  return result;
}

FloatMatrix Fp32Model::attention(const FloatMatrix& h, const Observer& observer) const {
  const Fp32Checkpoint& w = checkpoint_;
  FloatMatrix query = apply(w.query, h);
  FloatMatrix key = apply(w.key, h);
  FloatMatrix value = apply(w.value, h);
  report(observer, Site::query, query);
  report(observer, Site::key, key);
  report(observer, Site::value, value);
  FloatMatrix mixed = context(query, key, value);
  report(observer, Site::context, mixed);
  FloatMatrix output = apply(w.attention_output, mixed);
  report(observer, Site::attention_output, output);
  add(output, h);
  normalise(output, w.attention_norm, w.config.layer_norm_eps);
  report(observer, Site::attention_norm, output);
  return output;
}

FloatMatrix Fp32Model::feed_forward(const FloatMatrix& attention_norm, const Observer& observer) const {
  const Fp32Checkpoint& w = checkpoint_;
  FloatMatrix inner = apply(w.ffn_inner, attention_norm);
  activate(w.config.activation, inner);
  report(observer, Site::ffn_inner, inner);
  FloatMatrix output = apply(w.ffn_output, inner);
  report(observer, Site::ffn_output, output);
  add(output, attention_norm);
  normalise(output, w.layer_output_norm, w.config.layer_norm_eps);
  report(observer, Site::layer_output, output);
  return output;
}

std::vector<float> Fp32Model::off_ramp(std::uint32_t layer, const FloatMatrix& h,
                                       const Observer& observer) const {
  const FloatOffRamp& ramp = checkpoint_.off_ramps[layer];
  const FloatMatrix first_row{1, h.columns, {h.row(0), h.row(0) + h.columns}};
  FloatMatrix pooled = apply(ramp.pooler, first_row);
  activate(Activation::tanh, pooled);
  report(observer, Site::pooled, pooled);
  return apply(ramp.classifier, pooled).values;
}

void Fp32Model::check(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment) const {
  const Fp32Config& c = config();
  const bool fits = !token_ids.empty() && token_ids.size() <= c.positions &&
                    *std::max_element(token_ids.begin(), token_ids.end()) < c.vocabulary &&
                    (first_segment >= token_ids.size() || c.token_types > 1);
  if (fits) return;
  throw Error(
      Failure::input,
      fmt::format("running the float model on {} tokens, {} of them in the first segment: the model takes 1 "
                  "to {} tokens with ids below {} and {} token types; use the model's own tokenizer",
                  token_ids.size(), first_segment, c.positions, c.vocabulary, c.token_types));
}

Fp32Forward Fp32Model::run(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                           const Observer& observer) const {
  check(token_ids, first_segment);
  FloatMatrix h = embed(token_ids, first_segment, observer);
  Fp32Forward forward;
  for (std::uint32_t layer = 0; layer < config().layers; ++layer) {
    h = feed_forward(attention(h, observer), observer);
    forward.logits.push_back(off_ramp(layer, h, observer));
    forward.entropies.push_back(entropy_of(forward.logits.back()));
  }
  return forward;
}

}  // namespace edgebert::golden
