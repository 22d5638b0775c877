// SPDX-License-Identifier: Apache-2.0
// The float forward run of a checkpoint, following HuggingFace's ALBERT literally: the yardstick the
// quantised model is held against, and the source of the ranges that fix its exponent biases. Float storage
// and products; sums of softmax, layernorm and entropy in double. Valid tokens only.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "golden/fp32_checkpoint.hpp"

namespace edgebert::golden {

/// The activation sites of docs/numerics.md section 9, in the order of contract ActivationBiases.
enum class Site : std::uint32_t {
  embedding_norm,
  hidden_in,
  query,
  key,
  value,
  context,
  attention_output,
  attention_norm,
  ffn_inner,
  ffn_output,
  layer_output,
  pooled,
};
inline constexpr std::size_t site_count = 12;

/// Receives every value computed at a site before anything uses it, and may change it.
using Observer = std::function<void(Site, std::span<float>)>;

/// The largest magnitude seen at each site.
class Ranges {
 public:
  void observe(Site site, std::span<const float> values);
  /// As if both had been observed by one.
  void merge(const Ranges& other);
  float at(Site site) const { return largest_[static_cast<std::size_t>(site)]; }
  const std::array<float, site_count>& all() const { return largest_; }

 private:
  std::array<float, site_count> largest_{};
};

/// How many values of each magnitude were seen at each site, magnitudes to 1 part in 128.
class Distribution {
 public:
  Distribution();
  void observe(Site site, std::span<const float> values);
  void merge(const Distribution& other);
  /// A magnitude that this share of all values, in percent, does not exceed: where the bucket that holds it
  /// ends.
  float percentile(Site site, double percent) const;

 private:
  static constexpr unsigned dropped_bits = 16;  ///< of a float: 7 of its 23 fraction bits stay
  std::array<std::vector<std::uint64_t>, site_count> counts_;
};

/// What a float run answers; all layers are computed.
struct Fp32Forward {
  std::vector<std::vector<float>> logits;  ///< layers x classes
  std::vector<double> entropies;           ///< nats, one a layer
};

class Fp32Model {
 public:
  explicit Fp32Model(Fp32Checkpoint checkpoint) : checkpoint_(std::move(checkpoint)) {}

  /// @param token_ids      valid tokens, [CLS] and [SEP] included
  /// @param first_segment  tokens of token type 0; the rest are type 1
  /// @throws Error(Failure::input) if a token id or the length is outside the model
  Fp32Forward run(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                  const Observer& observer = {}) const;

  const Fp32Config& config() const { return checkpoint_.config; }

 private:
  void check(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment) const;
  FloatMatrix embed(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                    const Observer& observer) const;
  FloatMatrix attention(const FloatMatrix& h, const Observer& observer) const;
  FloatMatrix context(const FloatMatrix& query, const FloatMatrix& key, const FloatMatrix& value) const;
  FloatMatrix feed_forward(const FloatMatrix& attention_norm, const Observer& observer) const;
  std::vector<float> off_ramp(std::uint32_t layer, const FloatMatrix& h, const Observer& observer) const;
  float span_mask(std::uint32_t head, std::uint32_t query, std::uint32_t key) const;

  Fp32Checkpoint checkpoint_;
};

/// Entropy of softmax(logits) in nats.
double entropy_of(std::span<const float> logits);

}  // namespace edgebert::golden
