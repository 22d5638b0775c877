// SPDX-License-Identifier: Apache-2.0
#include "golden/fp32_checkpoint.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "contract/error.hpp"

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

Activation activation_of(const std::string& name) {
  if (name == "gelu_new") return Activation::gelu_new;
  if (name == "gelu") return Activation::gelu;
  if (name == "relu") return Activation::relu;
  throw Error(Failure::image,
              fmt::format("reading config.json: hidden_act is \"{}\"; supported are gelu_new, "
                          "gelu and relu",
                          name));
}

SpanForm span_form_of(const std::string& name) {
  if (name == "all_keys") return SpanForm::all_keys;
  if (name == "in_span") return SpanForm::in_span;
  throw Error(Failure::image,
              fmt::format("reading config.json: span_softmax is \"{}\"; supported are all_keys "
                          "and in_span",
                          name));
}

SpanIndex span_index_of(const std::string& name) {
  if (name == "distance") return SpanIndex::distance;
  if (name == "position") return SpanIndex::position;
  throw Error(
      Failure::image,
      fmt::format("reading config.json: span_index is \"{}\"; supported are distance and position", name));
}

Fp32Config parse_config(const std::string& text) try {
  const nlohmann::json json = nlohmann::json::parse(text);
  Fp32Config config;
  json.at("vocab_size").get_to(config.vocabulary);
  json.at("embedding_size").get_to(config.embedding);
  json.at("hidden_size").get_to(config.hidden);
  json.at("num_attention_heads").get_to(config.heads);
  json.at("intermediate_size").get_to(config.intermediate);
  json.at("num_hidden_layers").get_to(config.layers);
  json.at("max_position_embeddings").get_to(config.positions);
  json.at("type_vocab_size").get_to(config.token_types);
  config.classes = json.value("num_labels", 2u);
  config.activation = activation_of(json.value("hidden_act", "gelu_new"));
  json.at("layer_norm_eps").get_to(config.layer_norm_eps);
  config.span_ramp = json.value("adaptive_span_ramp", 1.0f);
  config.span_index = span_index_of(json.value("span_index", "distance"));
  config.sequence = json.value("edgebert_sequence_length", std::min(config.positions, 128u));
  config.span_form = span_form_of(json.value("span_softmax", "all_keys"));
  if (json.value("num_hidden_groups", 1) != 1 || json.value("inner_group_num", 1) != 1) {
    throw Error(Failure::image,
                "reading config.json: more than one layer group; only models with one shared layer are "
                "supported");
  }
  if (config.heads == 0 || config.layers == 0 || config.hidden % config.heads != 0) {
    throw Error(Failure::image,
                fmt::format("reading config.json: {} layers, {} heads of {} features; hidden_size "
                            "has to be a multiple of num_attention_heads",
                            config.layers, config.heads, config.hidden));
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
