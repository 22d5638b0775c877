// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/golden/tiny_checkpoint.hpp"

#include <cstring>
#include <map>
#include <random>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "model/compile.hpp"
#include "tests/unit/golden/dev_reference.hpp"

namespace edgebert {

namespace {

constexpr std::uint64_t vocabulary = 30000;  // an image needs a tokenizer, and there is one of that size
constexpr std::uint64_t embedding = 24;
constexpr std::uint64_t hidden = 32;
constexpr std::uint64_t intermediate = 48;
constexpr std::uint64_t layers = 3;

TensorData tensor_of(const std::vector<float>& values, const std::vector<std::uint64_t>& shape) {
  TensorData tensor{DType::f32, shape, std::vector<std::uint8_t>(4 * values.size())};
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

class Builder {
 public:
  void normal(const std::string& name, const std::vector<std::uint64_t>& shape, float mean, float deviation) {
    std::normal_distribution<float> distribution(mean, deviation);
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : shape) count *= dimension;
    std::vector<float> values(count);
    for (float& value : values) value = distribution(random_);
    tensors[name] = tensor_of(values, shape);
  }
  void linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) {
    normal(name + ".weight", {outputs, inputs}, 0, 1.5f / std::sqrt(static_cast<float>(inputs)));
    normal(name + ".bias", {outputs}, 0, 0.3f);
  }
  void layernorm(const std::string& name, std::uint64_t features) {
    normal(name + ".weight", {features}, 1, 0.2f);
    normal(name + ".bias", {features}, 0, 0.2f);
  }

  std::map<std::string, TensorData> tensors;

 private:
  std::mt19937 random_{7};
};

std::vector<std::uint8_t> checkpoint_bytes(const TinyOptions& options) {
  Builder b;
  b.normal("albert.embeddings.word_embeddings.weight", {vocabulary, embedding}, 0, 0.5f);
  b.normal("albert.embeddings.position_embeddings.weight", {16, embedding}, 0, 0.3f);
  b.normal("albert.embeddings.token_type_embeddings.weight", {2, embedding}, 0, 0.3f);
  b.layernorm("albert.embeddings.LayerNorm", embedding);
  b.linear("albert.encoder.embedding_hidden_mapping_in", hidden, embedding);
  const std::string layer = "albert.encoder.albert_layer_groups.0.albert_layers.0.";
  for (const char* name : {"attention.query", "attention.key", "attention.value", "attention.dense"}) {
    b.linear(layer + name, hidden, hidden);
  }
  b.layernorm(layer + "attention.LayerNorm", hidden);
  b.linear(layer + "ffn", intermediate, hidden);
  b.linear(layer + "ffn_output", hidden, intermediate);
  b.layernorm(layer + "full_layer_layer_norm", hidden);
  for (std::uint64_t i = 0; i + 1 < layers && !options.shared_off_ramp; ++i) {
    b.linear("albert.encoder.highway." + std::to_string(i) + ".pooler.dense", hidden, hidden);
    b.linear("albert.encoder.highway." + std::to_string(i) + ".classifier", 3, hidden);
  }
  b.linear("albert.pooler", hidden, hidden);
  b.linear("classifier", 3, hidden);
  if (!options.reach.empty()) {
    b.tensors[layer + "attention.adaptive_span.reach"] = tensor_of(options.reach, {options.reach.size()});
  }
  return to_safetensors(b.tensors, {});
}

std::string config_of(const TinyOptions& options) {
  return nlohmann::json{{"model_type", "albert"},
                        {"vocab_size", vocabulary},
                        {"embedding_size", embedding},
                        {"hidden_size", hidden},
                        {"num_attention_heads", 4},
                        {"intermediate_size", intermediate},
                        {"num_hidden_layers", layers},
                        {"num_hidden_groups", 1},
                        {"inner_group_num", 1},
                        {"hidden_act", options.activation},
                        {"max_position_embeddings", 16},
                        {"type_vocab_size", 2},
                        {"layer_norm_eps", 1e-12},
                        {"num_labels", 3},
                        {"adaptive_span_ramp", 2.0},
                        {"span_softmax", options.span_softmax},
                        {"span_index", options.span_index}}
      .dump();
}

}  // namespace

TinyModel::TinyModel(const TinyOptions& options, const std::vector<std::vector<std::uint16_t>>& sentences,
                     std::uint32_t first_segment) {
  const auto folder = std::filesystem::temp_directory_path() / ("edgebert-tiny-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  write_file(folder / "model.safetensors", checkpoint_bytes(options));
  const std::string config = config_of(options);
  write_file(folder / "config.json", std::vector<std::uint8_t>(config.begin(), config.end()));
  model::Checkpoint checkpoint = model::read_checkpoint(folder);
  checkpoint.tokenizer = read_file(shipped_checkpoint() / "spiece.model", "tokenizer");  // 30,000 pieces
  fp32 = std::make_unique<golden::Fp32Model>(golden::Fp32Checkpoint::read(folder));
  std::filesystem::remove_all(folder);

  golden::Ranges ranges;
  for (const auto& ids : sentences) {
    fp32->run(ids, first_segment,
              [&](golden::Site site, std::span<const float> values) { ranges.observe(site, values); });
  }
  const auto& r = ranges.all();
  const model::ActivationRanges activation_ranges{r[0], r[1], r[2], r[3], r[4],  r[5],
                                                  r[6], r[7], r[8], r[9], r[10], r[11]};
  image = std::make_unique<ModelImage>(
      ModelImage::parse(model::compile(checkpoint, activation_ranges, {}).bytes, "tiny model"));
}

}  // namespace edgebert
