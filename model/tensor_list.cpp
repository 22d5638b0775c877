// SPDX-License-Identifier: Apache-2.0
#include "model/tensor_list.hpp"

#include <fmt/format.h>

namespace edgebert::model {

std::vector<NamedValues> adaptivfloat_tensors(const Checkpoint& c) {
  std::vector<NamedValues> list;
  const auto table = [&](const std::string& name, const Matrix& matrix, std::uint32_t rows) {
    list.push_back(
        {name, rows, matrix.columns, std::span(matrix.values).first(std::size_t{rows} * matrix.columns)});
  };
  const auto linear = [&](const std::string& name, const Linear& layer) {
    table(name, layer.weights, layer.weights.rows);
  };
  const auto norm = [&](const std::string& name, const Layernorm& layer) {
    const auto features = static_cast<std::uint32_t>(layer.gamma.size());
    list.push_back({name + ".gamma", 1, features, layer.gamma});
    list.push_back({name + ".beta", 1, features, layer.beta});
  };
  table("word_embedding", c.word_embedding, c.word_embedding.rows);
  table("position_embedding", c.position_embedding, c.geometry.sequence);
  table("token_type_embedding", c.token_type_embedding, c.token_type_embedding.rows);
  norm("embedding_norm", c.embedding_norm);
  linear("hidden_in", c.hidden_in);
  linear("query", c.query);
  linear("key", c.key);
  linear("value", c.value);
  linear("attention_output", c.attention_output);
  norm("attention_norm", c.attention_norm);
  linear("ffn_inner", c.ffn_inner);
  linear("ffn_output", c.ffn_output);
  norm("layer_output_norm", c.layer_output_norm);
  for (std::size_t i = 0; i < c.off_ramps.size(); ++i) {
    linear(fmt::format("off_ramp.{}.pooler", i), c.off_ramps[i].pooler);
    linear(fmt::format("off_ramp.{}.classifier", i), c.off_ramps[i].classifier);
  }
  return list;
}

}  // namespace edgebert::model
