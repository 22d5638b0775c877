// SPDX-License-Identifier: Apache-2.0
#include "golden/fp32_checkpoint.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "contract/error.hpp"
#include "contract/model_descriptor.hpp"

namespace edgebert::golden {

namespace {

const std::string layer_prefix = "albert.encoder.albert_layer_groups.0.albert_layers.0.";
const std::string reach_name = layer_prefix + "attention.adaptive_span.reach";

using Shape = std::vector<std::uint64_t>;

std::vector<float> floats(const Safetensors& tensors, const std::string& name, const Shape& shape) {
  const TensorView& tensor = tensors.at(name);
  if (tensor.shape != shape) {
    throw Error(Failure::image,
                fmt::format("reading {} of {}: shape [{}], config.json says [{}]; use the "
                            "config.json of this checkpoint",
                            name, tensors.origin(), fmt::join(tensor.shape, ", "), fmt::join(shape, ", ")));
  }
  return tensor.to_floats();
}

FloatMatrix matrix(const Safetensors& tensors, const std::string& name, std::uint32_t rows,
                   std::uint32_t columns) {
  return {rows, columns, floats(tensors, name, {rows, columns})};
}

FloatLinear linear(const Safetensors& tensors, const std::string& name, std::uint32_t outputs,
                   std::uint32_t inputs) {
  const FloatMatrix weight = matrix(tensors, name + ".weight", outputs, inputs);
  const std::size_t panels = (outputs + FloatLinear::panel - 1) / FloatLinear::panel;
  FloatLinear result{outputs, inputs, std::vector<float>(panels * inputs * FloatLinear::panel),
                     floats(tensors, name + ".bias", {outputs})};
  for (std::uint32_t o = 0; o < outputs; ++o) {
    const std::size_t first = std::size_t{o / FloatLinear::panel} * inputs * FloatLinear::panel;
    for (std::uint32_t i = 0; i < inputs; ++i) {
      result.panels[first + i * FloatLinear::panel + o % FloatLinear::panel] = weight.row(o)[i];
    }
  }
  return result;
}

FloatLayernorm layernorm(const Safetensors& tensors, const std::string& name, std::uint32_t features) {
  return {floats(tensors, name + ".weight", {features}), floats(tensors, name + ".bias", {features})};
}

/// As JSON writes it: on one line, whatever is in it.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// HuggingFace's names; some functions have several.
Activation activation_of(const std::string& name) {
  if (name == "gelu_new" || name == "gelu_fast" || name == "gelu_pytorch_tanh") return Activation::gelu_new;
  if (name == "gelu" || name == "gelu_python") return Activation::gelu;
  if (name == "relu") return Activation::relu;
  if (name == "tanh") return Activation::tanh;
  throw Error(Failure::image,
              fmt::format("reading config.json: hidden_act is {}; supported are gelu_new, gelu, relu and "
                          "tanh",
                          quoted(name)));
}

SpanForm span_form_of(const std::string& name) {
  if (name == "all_keys") return SpanForm::all_keys;
  if (name == "in_span") return SpanForm::in_span;
  throw Error(Failure::image, fmt::format("reading config.json: span_softmax is {}; supported are all_keys "
                                          "and in_span",
                                          quoted(name)));
}

SpanIndex span_index_of(const std::string& name) {
  if (name == "distance") return SpanIndex::distance;
  if (name == "position") return SpanIndex::position;
  throw Error(Failure::image,
              fmt::format("reading config.json: span_index is {}; supported are distance and position",
                          quoted(name)));
}

/// A whole number that may size something.
std::uint32_t count(const nlohmann::json& json, const char* key, std::optional<std::uint32_t> absent = {}) {
  if (absent && !json.contains(key)) return *absent;
  constexpr std::uint32_t most = 1u << 20;  // rows of the longest table
  const nlohmann::json& value = json.at(key);
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= most) return value.get<std::uint32_t>();
  throw Error(Failure::image,
              fmt::format("reading config.json: {} is not a whole number up to {}", key, most));
}

/// num_labels, else the size of id2label, else 2, as HuggingFace.
std::uint32_t classes_of(const nlohmann::json& json) {
  if (!json.contains("num_labels") && json.contains("id2label"))
    return static_cast<std::uint32_t>(json.at("id2label").size());
  return count(json, "num_labels", 2);
}

Fp32Config parse_config(const std::string& text) try {
  const nlohmann::json json = nlohmann::json::parse(text);
  Fp32Config config;
  config.vocabulary = count(json, "vocab_size");
  config.embedding = count(json, "embedding_size");
  config.hidden = count(json, "hidden_size");
  config.heads = count(json, "num_attention_heads");
  config.intermediate = count(json, "intermediate_size");
  config.layers = count(json, "num_hidden_layers");
  config.positions = count(json, "max_position_embeddings");
  config.token_types = count(json, "type_vocab_size", 2);
  config.classes = classes_of(json);
  config.activation = activation_of(json.value("hidden_act", "gelu_new"));
  config.layer_norm_eps = json.value("layer_norm_eps", 1e-12f);
  config.span_ramp = json.value("adaptive_span_ramp", 1.0f);
  config.span_index = span_index_of(json.value("span_index", "distance"));
  config.sequence = count(json, "edgebert_sequence_length", std::min(config.positions, 128u));
  config.span_form = span_form_of(json.value("span_softmax", "all_keys"));
  if (json.value("num_hidden_groups", 1) != 1 || json.value("inner_group_num", 1) != 1) {
    throw Error(Failure::image,
                "reading config.json: more than one layer group; only models with one shared layer are "
                "supported");
  }
  if (config.heads == 0 || config.layers == 0 || config.layers > layers_max ||
      config.hidden % config.heads != 0) {
    throw Error(Failure::image,
                fmt::format("reading config.json: {} layers, {} heads of {} features; there are 1 to {} "
                            "layers, and hidden_size has to be a multiple of num_attention_heads",
                            config.layers, config.heads, config.hidden, layers_max));
  }
  return config;
} catch (const nlohmann::json::exception& error) {
  throw Error(Failure::image,
              fmt::format("reading config.json: {}; use the config.json of the checkpoint", error.what()));
}

}  // namespace

Fp32Checkpoint::Fp32Checkpoint(const Safetensors& tensors, const std::string& config_json)
    : config(parse_config(config_json)) {
  const Fp32Config& c = config;
  if (tensors.contains(reach_name)) {
    config.span_reach = floats(tensors, reach_name, {c.heads});
  } else {
    config.span_form = SpanForm::none;
  }
  const std::string embeddings = "albert.embeddings.";
  word_embedding = matrix(tensors, embeddings + "word_embeddings.weight", c.vocabulary, c.embedding);
  position_embedding = matrix(tensors, embeddings + "position_embeddings.weight", c.positions, c.embedding);
  token_type_embedding =
      matrix(tensors, embeddings + "token_type_embeddings.weight", c.token_types, c.embedding);
  embedding_norm = layernorm(tensors, embeddings + "LayerNorm", c.embedding);
  hidden_in = linear(tensors, "albert.encoder.embedding_hidden_mapping_in", c.hidden, c.embedding);
  query = linear(tensors, layer_prefix + "attention.query", c.hidden, c.hidden);
  key = linear(tensors, layer_prefix + "attention.key", c.hidden, c.hidden);
  value = linear(tensors, layer_prefix + "attention.value", c.hidden, c.hidden);
  attention_output = linear(tensors, layer_prefix + "attention.dense", c.hidden, c.hidden);
  attention_norm = layernorm(tensors, layer_prefix + "attention.LayerNorm", c.hidden);
  ffn_inner = linear(tensors, layer_prefix + "ffn", c.intermediate, c.hidden);
  ffn_output = linear(tensors, layer_prefix + "ffn_output", c.hidden, c.intermediate);
  layer_output_norm = layernorm(tensors, layer_prefix + "full_layer_layer_norm", c.hidden);
  const bool shared = !tensors.contains("albert.encoder.highway.0.pooler.dense.weight");
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    const bool last = shared || i + 1 == c.layers;
    const std::string highway = fmt::format("albert.encoder.highway.{}.", i);
    off_ramps.push_back(
        {linear(tensors, last ? "albert.pooler" : highway + "pooler.dense", c.hidden, c.hidden),
         linear(tensors, last ? "classifier" : highway + "classifier", c.classes, c.hidden)});
  }
}

Fp32Checkpoint Fp32Checkpoint::read(const std::filesystem::path& directory) {
  const std::vector<std::uint8_t> config = read_file(directory / "config.json", "checkpoint configuration");
  return {Safetensors::read(directory / "model.safetensors"), std::string(config.begin(), config.end())};
}

}  // namespace edgebert::golden
