// SPDX-License-Identifier: Apache-2.0
// The whole network, docs/numerics.md section 9: one sentence from token ids to the exit decision, bit by bit
// what the platform has to compute. Only rows of valid tokens; padding never influences them.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "contract/model_image.hpp"
#include "golden/tensor.hpp"
#include "golden/weights.hpp"

namespace edgebert::golden {

/// Everything a forward run computed.
struct Forward {
  /// T tokens. embedding_sum, embedding_norm: T x embedding; value: hidden x T; scores, probabilities of a
  /// head: T x T; ffn_inner: T x intermediate; pooled: 1 x hidden; logits: 1 x classes; entropy: 1 x 1; the
  /// others T x hidden. Heads that are off have no scores and probabilities and zero codes in `context`.
  /// Elements nothing reads (Model::reads) are 0.
  std::map<TensorKey, Tensor> tensors;
  std::uint32_t exit_layer = 0;  ///< 1 ... layers
  std::uint32_t prediction = 0;
  std::vector<std::vector<std::int32_t>> logits;  ///< Q8.12, one row a computed layer
  std::vector<std::uint32_t> entropies;           ///< Q16.16 nats, one a computed layer
  Saturations saturations;

  /// @throws Error(Failure::internal) if this run has no such tensor
  const Tensor& at(const TensorKey& key) const;
};

/// A task of a model image, unpacked; runs any number of sentences.
class Model {
 public:
  /// @param task  one of image.tasks(), by its number
  explicit Model(const ModelImage& image, std::size_t task = 0);

  /// @param token_ids       valid tokens, [CLS] and [SEP] included: 1 to `sequence` of them
  /// @param first_segment   tokens of token type 0; the rest are type 1
  /// @param exit_threshold  Q16.16 nats; 0 computes all layers
  /// @throws Error(Failure::input) if a token id or the length is outside the model
  Forward run(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
              std::uint32_t exit_threshold) const;

  /// Whether anything reads this element: not query, key and value of a head that is off, nor in an in_span
  /// model the score of a key out of the query's span. What nothing reads need not be computed.
  bool reads(const TensorKey& key, std::uint32_t row, std::uint32_t column) const;

  const ModelDescriptor& descriptor() const { return descriptor_; }
  /// Of the image file, and of which task: equal only if every answer is.
  const std::string& hash() const { return hash_; }

 private:
  class Run;

  bool is_off(std::uint32_t head) const { return (descriptor_.heads_off[head / 32] >> (head % 32) & 1) != 0; }
  bool in_span(std::uint32_t head, std::uint32_t query, std::uint32_t key) const;
  bool reads_all(Operator op) const;

  ModelDescriptor descriptor_;
  std::string hash_;
  Weights weights_;
};

}  // namespace edgebert::golden
