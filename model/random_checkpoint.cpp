// SPDX-License-Identifier: Apache-2.0
#include "model/random_checkpoint.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contract/model_descriptor.hpp"
#include "contract/safetensors.hpp"
#include "model/letter_tokenizer.hpp"

namespace edgebert::model {
namespace {

constexpr std::uint32_t positions = 512;
constexpr std::uint32_t token_types = 2;
constexpr const char* layer_prefix = "albert.encoder.albert_layer_groups.0.albert_layers.0.";
constexpr const char* seed_key = "edgebert_random_seed";

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// Near normal with mean 0 and deviation 1, at most 3.5: four uniform numbers, summed.
  float normal() {
    const std::uint64_t word = bits();
    std::int32_t sum = -2 * 0xffff;
    for (unsigned part = 0; part < 64; part += 16) sum += static_cast<std::int32_t>(word >> part & 0xffff);
    constexpr float deviation = 37837.2f;  // 2^16 sqrt(4 / 12)
    return static_cast<float>(sum) / deviation;
  }

  /// True for this share of the calls.
  bool chance(double share) { return static_cast<double>(bits() >> 11) < share * 0x1p53; }

 private:
  std::uint64_t state_;
};

/// The nearest half-precision number, ties to even; magnitudes below 65520.
std::uint16_t half_of(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t magnitude = bits & 0x7fffffff;
  const std::uint32_t sign = bits >> 16 & 0x8000;
  if (magnitude < std::bit_cast<std::uint32_t>(0x1p-14f)) {
    return static_cast<std::uint16_t>(sign |
                                      static_cast<std::uint32_t>(std::lrint(std::abs(value) * 0x1p24f)));
  }
  const std::uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return static_cast<std::uint16_t>(sign | ((rounded >> 13) - ((127 - 15) << 10)));
}

TensorData half_tensor(const std::vector<std::uint64_t>& shape, const std::vector<std::uint16_t>& halves) {
  TensorData tensor{DType::f16, shape, std::vector<std::uint8_t>(halves.size() * sizeof(std::uint16_t))};
  std::memcpy(tensor.bytes.data(), halves.data(), tensor.bytes.size());
  return tensor;
}

/// How large the weights of a product are: their deviation is gain / sqrt(inputs).
struct Gain {
  static constexpr float hidden_in = 0.9f;
  static constexpr float encoder = 1.4f;
  static constexpr float off_ramp = 1.1f;
};

/// Draws the tensors in a fixed order from one sequence of numbers.
class TensorWriter {
 public:
  explicit TensorWriter(const RandomCheckpointOptions& options)
      : options_(options), random_(options.embedding_seed.value_or(options.seed)) {}

  std::map<std::string, TensorData> write() {
    const RandomCheckpointOptions& o = options_;
    const std::string embeddings = "albert.embeddings.";
    constexpr float word_deviation = 0.05f;
    constexpr float place_deviation = 0.02f;
    matrix(embeddings + "word_embeddings.weight", o.vocabulary, o.embedding, word_deviation,
           o.embedding_sparsity);
    matrix(embeddings + "position_embeddings.weight", positions, o.embedding, place_deviation);
    matrix(embeddings + "token_type_embeddings.weight", token_types, o.embedding, place_deviation);
    layernorm(embeddings + "LayerNorm", o.embedding);
    if (o.embedding_seed) random_ = Random(o.seed);
    linear("albert.encoder.embedding_hidden_mapping_in", o.hidden, o.embedding, Gain::hidden_in);
    encoder();
    for (std::uint32_t layer = 0; layer + 1 < o.layers; ++layer) {
      const std::string name = fmt::format("albert.encoder.highway.{}.", layer);
      off_ramp(name + "pooler.dense", name + "classifier");
    }
    off_ramp("albert.pooler", "classifier");
    return std::move(tensors_);
  }

 private:
  void encoder() {
    const std::string layer = layer_prefix;
    const RandomCheckpointOptions& o = options_;
    for (const char* name : {"query", "key", "value", "dense"}) {
      linear(layer + "attention." + name, o.hidden, o.hidden, Gain::encoder, o.encoder_sparsity);
    }
    layernorm(layer + "attention.LayerNorm", o.hidden);
    linear(layer + "ffn", o.intermediate, o.hidden, Gain::encoder, o.encoder_sparsity);
    linear(layer + "ffn_output", o.hidden, o.intermediate, Gain::encoder, o.encoder_sparsity);
    layernorm(layer + "full_layer_layer_norm", o.hidden);
    if (!o.spans.empty()) reach(layer + "attention.adaptive_span.reach");
  }

  void off_ramp(const std::string& pooler, const std::string& classifier) {
    linear(pooler, options_.hidden, options_.hidden, Gain::off_ramp);
    linear(classifier, options_.classes, options_.hidden, Gain::off_ramp);
  }

  /// By position a reach of 0 still reaches the last R keys, of -R none.
  void reach(const std::string& name) {
    std::vector<std::uint16_t> halves;
    for (const std::uint32_t span : options_.spans) {
      const float ramp_before =
          options_.span_index == SpanIndex::position ? -static_cast<float>(options_.span_ramp) : 0.0f;
      halves.push_back(half_of(span == 0 ? ramp_before : static_cast<float>(span)));
    }
    tensors_[name] = half_tensor({halves.size()}, halves);
  }

  void linear(const std::string& name, std::uint32_t outputs, std::uint32_t inputs, float gain,
              double sparsity = 0) {
    matrix(name + ".weight", outputs, inputs, gain / std::sqrt(static_cast<float>(inputs)), sparsity);
    vector(name + ".bias", outputs, 0, 0.05f);
  }

  void layernorm(const std::string& name, std::uint32_t features) {
    vector(name + ".weight", features, 1, 0.1f);
    vector(name + ".bias", features, 0, 0.05f);
  }

  void matrix(const std::string& name, std::uint32_t rows, std::uint32_t columns, float deviation,
              double sparsity = 0) {
    std::vector<std::uint16_t> halves(std::size_t{rows} * columns);
    for (std::uint16_t& half : halves) {
      if (sparsity == 0 || !random_.chance(sparsity)) half = half_of(random_.normal() * deviation);
    }
    tensors_[name] = half_tensor({rows, columns}, halves);
  }

  void vector(const std::string& name, std::uint32_t elements, float mean, float deviation) {
    std::vector<std::uint16_t> halves(elements);
    // In this form there is no product to fuse with the sum: fused, it would round differently.
    for (std::uint16_t& half : halves) half = half_of((mean / deviation + random_.normal()) * deviation);
    tensors_[name] = half_tensor({elements}, halves);
  }

  const RandomCheckpointOptions& options_;
  Random random_;
  std::map<std::string, TensorData> tensors_;
};

void require(const char* what, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(Failure::usage,
              fmt::format("generating a checkpoint: {} is {}, allowed are {} to {}", what, value, low, high));
}

void check(const RandomCheckpointOptions& o) {
  require("hidden", o.hidden, 1, layernorm_features_max);
  require("heads", o.heads, 1, heads_max);
  require("intermediate", o.intermediate, 1, reduction_max);
  require("embedding", o.embedding, 1, layernorm_features_max);
  require("vocabulary", o.vocabulary, letter_tokenizer_least, 0x10000);  // token ids are 16 bits
  require("layers", o.layers, 1, layers_max);
  require("sequence", o.sequence, 3, positions);  // [CLS], a token, [SEP]
  require("classes", o.classes, 2, classes_max);
  require("embedding sparsity", o.embedding_sparsity, 0, 1);
  require("encoder sparsity", o.encoder_sparsity, 0, 1);
  constexpr std::uint32_t whole_halves_max = 2048;  // half precision holds every whole number to it
  require("span ramp", o.span_ramp, 1, whole_halves_max);
  for (const std::uint32_t span : o.spans) require("a span", span, 0, whole_halves_max);
  if (o.hidden % o.heads != 0) {
    throw Error(Failure::usage,
                fmt::format("generating a checkpoint: {} heads do not divide hidden = {}; choose a divisor",
                            o.heads, o.hidden));
  }
  if (!o.spans.empty() && o.spans.size() != o.heads) {
    throw Error(Failure::usage, fmt::format("generating a checkpoint: there are {} spans for {} heads; give "
                                            "one a head, 0 for a head that is off",
                                            o.spans.size(), o.heads));
  }
  const bool trainable = o.activation == Activation::gelu_new || o.activation == Activation::gelu ||
                         o.activation == Activation::relu;
  if (!trainable || o.span_form == SpanForm::none) {
    throw Error(Failure::usage,
                "generating a checkpoint: the activation must be gelu_new, gelu or relu, and the span form "
                "all_keys or in_span");
  }
}

const char* name_of(Activation activation) {
  if (activation == Activation::gelu_new) return "gelu_new";
  return activation == Activation::gelu ? "gelu" : "relu";
}

std::string config_of(const RandomCheckpointOptions& o) {
  nlohmann::json config{{"architectures", {"AlbertForSequenceClassification"}},
                        {"model_type", "albert"},
                        {"vocab_size", o.vocabulary},
                        {"embedding_size", o.embedding},
                        {"hidden_size", o.hidden},
                        {"num_attention_heads", o.heads},
                        {"intermediate_size", o.intermediate},
                        {"num_hidden_layers", o.layers},
                        {"num_hidden_groups", 1},
                        {"inner_group_num", 1},
                        {"hidden_act", name_of(o.activation)},
                        {"max_position_embeddings", positions},
                        {"type_vocab_size", token_types},
                        {"layer_norm_eps", 1e-12},
                        {"num_labels", o.classes},
                        {"edgebert_sequence_length", o.sequence},
                        {seed_key, o.seed}};
  if (!o.spans.empty()) {
    config["adaptive_span_ramp"] = o.span_ramp;
    config["span_softmax"] = o.span_form == SpanForm::all_keys ? "all_keys" : "in_span";
    config["span_index"] = o.span_index == SpanIndex::distance ? "distance" : "position";
  }
  return config.dump(1) + "\n";
}

/// Two sentences of as many words as the sequence has tokens, each at least a token.
std::string calibration_of(const RandomCheckpointOptions& o) {
  constexpr const char* words[] = {
      "a",     "about", "an",    "and",  "any",   "as",    "but",  "can",  "cast", "does", "ever",   "film",
      "for",   "from",  "funny", "good", "has",   "he",    "is",   "it",   "its",  "last", "little", "long",
      "made",  "more",  "much",  "no",   "not",   "of",    "one",  "or",   "out",  "over", "plot",   "see",
      "she",   "so",    "story", "that", "the",   "there", "they", "this", "to",   "up",   "very",   "was",
      "watch", "we",    "what",  "when", "which", "who",   "with", "you"};
  Random random(o.seed + 1);
  std::string text = "sentence\tlabel\n";
  for (std::uint32_t sentence = 0; sentence < 2; ++sentence) {
    for (std::uint32_t word = 0; word < o.sequence; ++word) {
      if (word != 0) text += ' ';
      text += words[random.bits() % std::size(words)];
    }
    text += fmt::format("\t{}\n", sentence);
  }
  return text;
}

}  // namespace

void CheckpointFiles::write(const std::filesystem::path& folder) const {
  const auto bytes_of = [](const std::string& text) {
    return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  write_file(folder / "model.safetensors", tensors);
  write_file(folder / "config.json", bytes_of(config));
  write_file(folder / "spiece.model", tokenizer);
  write_file(folder / "calibration.tsv", bytes_of(calibration));
}

CheckpointFiles random_checkpoint(const RandomCheckpointOptions& options) {
  check(options);
  return {to_safetensors(TensorWriter(options).write(), {}), config_of(options),
          letter_tokenizer(options.vocabulary), calibration_of(options)};
}

bool is_random_checkpoint(const std::string& config) {
  const nlohmann::json keys = nlohmann::json::parse(config, nullptr, false);
  return keys.is_object() && keys.contains(seed_key);
}

}  // namespace edgebert::model
