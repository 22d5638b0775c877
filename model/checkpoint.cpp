// SPDX-License-Identifier: Apache-2.0
#include "model/checkpoint.hpp"

#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "contract/safetensors.hpp"

namespace edgebert::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* layer_prefix = "albert.encoder.albert_layer_groups.0.albert_layers.0.";
constexpr const char* reach_tensor =
    "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.adaptive_span.reach";
/// A constant 0, 1, 2 ... that older HuggingFace versions store.
constexpr const char* position_ids = "albert.embeddings.position_ids";

/// Takes tensors by name and knows at the end which were never taken.
class TensorReader {
 public:
  explicit TensorReader(const Safetensors& file) : file_(file) {}

  std::vector<float> take(const std::string& name, const std::vector<std::uint64_t>& shape) {
    const auto refuse = [&](const std::string& why) {
      return Error(Failure::image, fmt::format("{}: tensor '{}' {}", file_.origin(), name, why));
    };
    if (!file_.contains(name)) throw refuse("is missing; is this an ALBERT for sequence classification?");
    const TensorView& view = file_.at(name);
    if (view.shape != shape) {
      throw refuse(fmt::format("is [{}], config.json asks for [{}]", fmt::join(view.shape, ", "),
                               fmt::join(shape, ", ")));
    }
    const bool is_float = view.type == DType::f64 || view.type == DType::f32 || view.type == DType::f16 ||
                          view.type == DType::bf16;
    if (!is_float)
      throw refuse(fmt::format("is of type {}, expected F64, F32, F16 or BF16", name_of(view.type)));
    std::vector<float> values = view.to_floats();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) throw refuse(fmt::format("has {} at element {}", values[i], i));
    }
    taken_.insert(name);
    return values;
  }

  Matrix matrix(const std::string& name, std::uint32_t rows, std::uint32_t columns) {
    return {rows, columns, take(name, {rows, columns})};
  }

  Linear linear(const std::string& name, std::uint32_t outputs, std::uint32_t inputs) {
    return {matrix(name + ".weight", outputs, inputs), take(name + ".bias", {outputs})};
  }

  Layernorm layernorm(const std::string& name, std::uint32_t features) {
    return {take(name + ".weight", {features}), take(name + ".bias", {features})};
  }

  bool has_any_of(const std::string& prefix) const {
    const auto first = file_.tensors().lower_bound(prefix);
    return first != file_.tensors().end() && first->first.starts_with(prefix);
  }

  void check_nothing_left() const {
    for (const auto& [name, view] : file_.tensors()) {
      if (taken_.contains(name) || name == position_ids) continue;
      throw Error(Failure::image,
                  fmt::format("{}: tensor '{}' belongs to no part of the model; remove it or correct "
                              "config.json",
                              file_.origin(), name));
    }
  }

 private:
  const Safetensors& file_;
  std::set<std::string> taken_;
};

std::vector<OffRampLayers> read_off_ramps(TensorReader& tensors, const Geometry& g) {
  constexpr const char* highway = "albert.encoder.highway.";
  std::vector<OffRampLayers> off_ramps;
  if (tensors.has_any_of(highway)) {
    for (std::uint32_t layer = 0; layer + 1 < g.layers; ++layer) {
      const std::string name = highway + std::to_string(layer);
      off_ramps.push_back({tensors.linear(name + ".pooler.dense", g.hidden, g.hidden),
                           tensors.linear(name + ".classifier", g.classes, g.hidden)});
    }
  }
  off_ramps.push_back({tensors.linear("albert.pooler", g.hidden, g.hidden),
                       tensors.linear("classifier", g.classes, g.hidden)});
  return off_ramps;
}

Spans read_spans(TensorReader& tensors, const Geometry& g, const std::string& config) {
  if (!tensors.has_any_of(reach_tensor)) return {};
  Spans spans = g.spans;
  if (spans.ramp == 0) {
    throw Error(Failure::image,
                fmt::format("{}: key 'adaptive_span_ramp' is missing, but the checkpoint has spans; give "
                            "the ramp R in tokens",
                            config));
  }
  spans.reach = tensors.take(reach_tensor, {g.heads});
  return spans;
}

}  // namespace

Checkpoint read_checkpoint(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  const fs::path folder = is_folder ? path : path.parent_path();
  const Safetensors file = Safetensors::read(is_folder ? path / "model.safetensors" : path);
  if (file.metadata().contains("format") && file.metadata().at("format") == image_format) {
    throw Error(Failure::image,
                fmt::format("{}: this is a compiled model image, not a checkpoint; run it, or compile "
                            "the checkpoint it came from",
                            path.string()));
  }
  const fs::path config = folder / "config.json";
  Checkpoint checkpoint;
  checkpoint.geometry = read_geometry(config);
  const Geometry& g = checkpoint.geometry;
  const std::string layer = layer_prefix;
  TensorReader tensors(file);
  checkpoint.word_embedding = tensors.matrix(word_embedding_tensor, g.vocabulary, g.embedding);
  checkpoint.position_embedding =
      tensors.matrix("albert.embeddings.position_embeddings.weight", g.positions, g.embedding);
  checkpoint.token_type_embedding =
      tensors.matrix("albert.embeddings.token_type_embeddings.weight", g.token_types, g.embedding);
  checkpoint.embedding_norm = tensors.layernorm("albert.embeddings.LayerNorm", g.embedding);
  checkpoint.hidden_in = tensors.linear("albert.encoder.embedding_hidden_mapping_in", g.hidden, g.embedding);
  checkpoint.query = tensors.linear(layer + "attention.query", g.hidden, g.hidden);
  checkpoint.key = tensors.linear(layer + "attention.key", g.hidden, g.hidden);
  checkpoint.value = tensors.linear(layer + "attention.value", g.hidden, g.hidden);
  checkpoint.attention_output = tensors.linear(layer + "attention.dense", g.hidden, g.hidden);
  checkpoint.attention_norm = tensors.layernorm(layer + "attention.LayerNorm", g.hidden);
  checkpoint.ffn_inner = tensors.linear(layer + "ffn", g.intermediate, g.hidden);
  checkpoint.ffn_output = tensors.linear(layer + "ffn_output", g.hidden, g.intermediate);
  checkpoint.layer_output_norm = tensors.layernorm(layer + "full_layer_layer_norm", g.hidden);
  checkpoint.off_ramps = read_off_ramps(tensors, g);
  checkpoint.spans = read_spans(tensors, g, config.string());
  tensors.check_nothing_left();
  if (const fs::path tokenizer = folder / "spiece.model"; fs::exists(tokenizer)) {
    checkpoint.tokenizer = read_file(tokenizer, "tokenizer", Failure::image);
  }
  checkpoint.source_sha256 = file.sha256();
  return checkpoint;
}

}  // namespace edgebert::model
