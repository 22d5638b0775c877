// SPDX-License-Identifier: Apache-2.0
// The operators of docs/numerics.md section 9, as TAG, checks, traces and reports name them.
#pragma once
#include <stdint.h>

namespace edgebert {

enum class Operator : uint8_t {
  none,
  embedding_sum,
  embedding_norm,
  hidden_in,
  query,
  key,
  value,
  scores,
  probabilities,
  context,
  attention_output,
  attention_norm,
  ffn_inner,
  ffn_output,
  layer_output,
  pooled,
  logits,
  entropy,
};
inline constexpr unsigned operator_count = 18;

constexpr const char* name_of(Operator op) {
  constexpr const char* names[operator_count] = {"none",
                                                 "embedding_sum",
                                                 "embedding_norm",
                                                 "hidden_in",
                                                 "query",
                                                 "key",
                                                 "value",
                                                 "scores",
                                                 "probabilities",
                                                 "context",
                                                 "attention_output",
                                                 "attention_norm",
                                                 "ffn_inner",
                                                 "ffn_output",
                                                 "layer_output",
                                                 "pooled",
                                                 "logits",
                                                 "entropy"};
  return static_cast<unsigned>(op) < operator_count ? names[static_cast<unsigned>(op)] : "unknown";
}

/// TAG.layer of what happens before the first layer; layers count from 1.
inline constexpr uint8_t embedding_layer = 0;

}  // namespace edgebert
