// SPDX-License-Identifier: Apache-2.0
#include "model/compile.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ip/numerics/adaptivfloat.hpp"
#include "model/layout.hpp"
#include "model/pack.hpp"
#include "model/quantise.hpp"

namespace edgebert::model {
namespace {

using memory_map::Region;

template <typename Element>
std::vector<std::uint8_t> bytes_of(const std::vector<Element>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(Element));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The tensors of an image and their places, in the order they are added.
class ImageBuilder {
 public:
  std::map<std::string, TensorData> tensors;
  Layout layout;
  std::vector<PackedSummary> matrices;

  std::uint32_t add(const std::string& name, TensorData tensor,
                    const Region& memory = memory_map::weight_memory) {
    const std::uint32_t address = layout.place(name, memory, tensor.bytes.size());
    tensors.emplace(name, std::move(tensor));
    return address;
  }

  PackedMatrix packed(const std::string& name, const Matrix& matrix,
                      const Region& memory = memory_map::weight_memory) {
    const QuantisedTensor quantised = quantise(matrix.values);
    const PackedCodes codes = pack(quantised.codes, matrix.rows, matrix.columns);
    const std::uint64_t groups = codes.masks.size() / codes.rows;
    PackedMatrix result{matrix.rows, matrix.columns, 0, 0, 0, 0, quantised.exponent_bias};
    result.masks = add(name + ".masks", {DType::u64, {codes.rows, groups}, bytes_of(codes.masks)}, memory);
    result.data = add(name + ".data", {DType::u8, {codes.data.size()}, codes.data}, memory);
    result.index_base = add(name + ".index_base",
                            {DType::u32, {codes.index_base.size()}, bytes_of(codes.index_base)}, memory);
    result.index_offset =
        add(name + ".index_offset", {DType::u16, {codes.rows}, bytes_of(codes.index_offset)}, memory);
    const std::uint64_t elements = std::uint64_t{codes.rows} * codes.columns;
    matrices.push_back({name, codes.rows, codes.columns, quantised.exponent_bias,
                        elements - codes.data.size(), codes.mask_bytes(), codes.data.size(),
                        codes.index_bytes()});
    return result;
  }

  LinearLayer linear(const std::string& name, const Linear& layer) {
    LinearLayer result{};
    result.weights = packed(name, layer.weights);
    const ChannelBias bias = quantise_channel_bias(layer.bias, name.c_str());
    result.channel_bias =
        add(name + ".channel_bias", {DType::i16, {bias.values.size()}, bytes_of(bias.values)});
    result.channel_bias_fraction = bias.fraction_bits;
    return result;
  }

  DenseTable dense(const std::string& name, const Matrix& matrix, std::uint32_t rows) {
    const std::span<const float> used(matrix.values.data(), std::size_t{rows} * matrix.columns);
    QuantisedTensor quantised = quantise(used);
    const std::uint32_t address =
        add(name + ".codes", {DType::u8, {rows, matrix.columns}, std::move(quantised.codes)});
    return {rows, matrix.columns, address, quantised.exponent_bias};
  }

  LayernormParameters layernorm(const std::string& name, const Layernorm& norm) {
    QuantisedTensor gamma = quantise(norm.gamma);
    QuantisedTensor beta = quantise(norm.beta);
    LayernormParameters result{};
    result.gamma = add(name + ".gamma", {DType::u8, {norm.gamma.size()}, std::move(gamma.codes)});
    result.gamma_bias = gamma.exponent_bias;
    result.beta = add(name + ".beta", {DType::u8, {norm.beta.size()}, std::move(beta.codes)});
    result.beta_bias = beta.exponent_bias;
    return result;
  }
};

ActivationBiases biases_of(const ActivationRanges& r) {
  const float all[] = {
      r.embedding_norm,   r.hidden_in,      r.query,     r.key,        r.value,        r.context,
      r.attention_output, r.attention_norm, r.ffn_inner, r.ffn_output, r.layer_output, r.pooled};
  if (!std::all_of(std::begin(all), std::end(all),
                   [](float range) { return std::isfinite(range) && range >= 0; })) {
    throw Error(Failure::image,
                "choosing activation biases: a measured range is not a finite magnitude; check the "
                "checkpoint's weights");
  }
  return {exponent_bias_for(r.embedding_norm),
          exponent_bias_for(r.hidden_in),
          exponent_bias_for(r.query),
          exponent_bias_for(r.key),
          exponent_bias_for(r.value),
          exponent_bias_for(r.context),
          exponent_bias_for(r.attention_output),
          exponent_bias_for(r.attention_norm),
          exponent_bias_for(r.ffn_inner),
          exponent_bias_for(r.ffn_output),
          exponent_bias_for(r.layer_output),
          exponent_bias_for(r.pooled)};
}

/// AF8 codes of mu_t of one head, t = 0 ... sequence - 1.
std::vector<std::uint8_t> span_mask(const Spans& spans, double reach, std::uint32_t sequence) {
  std::vector<std::uint8_t> codes(sequence);
  for (std::uint32_t t = 0; t < sequence; ++t) {
    // By position the last key is the nearest, and the ramp begins behind the reach (the published software).
    const double inside = spans.index == SpanIndex::distance
                              ? (reach - t) / spans.ramp
                              : (t - (sequence - 1.0) + reach) / spans.ramp + 1.0;
    codes[t] = numerics::encode(std::clamp(inside, 0.0, 1.0), probability_bias).code;
  }
  return codes;
}

void add_spans(ImageBuilder& builder, ModelDescriptor& descriptor, const Spans& spans) {
  descriptor.span_form = spans.form;
  descriptor.span_index = spans.index;
  if (spans.form == SpanForm::none) return;
  const std::uint32_t sequence = descriptor.sequence;
  std::vector<std::uint8_t> masks;
  for (std::uint32_t head = 0; head < descriptor.heads; ++head) {
    const auto codes = span_mask(spans, spans.reach[head], sequence);
    masks.insert(masks.end(), codes.begin(), codes.end());
    const bool off = std::all_of(codes.begin(), codes.end(), [](std::uint8_t code) { return code == 0; });
    if (off) descriptor.heads_off[head / 32] |= 1u << (head % 32);
  }
  descriptor.span_masks =
      builder.add("span_masks", {DType::u8, {descriptor.heads, sequence}, std::move(masks)});
}

void add_off_ramps(ImageBuilder& builder, ModelDescriptor& descriptor,
                   const std::vector<OffRampLayers>& layers) {
  std::vector<OffRamp> table;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string name = fmt::format("off_ramp.{}.", i);
    table.push_back({builder.linear(name + "pooler", layers[i].pooler),
                     builder.linear(name + "classifier", layers[i].classifier)});
  }
  descriptor.off_ramps = static_cast<std::uint32_t>(table.size());
  descriptor.off_ramp_table =
      builder.add("off_ramp_table", {DType::u8, {table.size() * sizeof(OffRamp)}, bytes_of(table)});
}

void check_options(const Checkpoint& checkpoint, const CompileOptions& options) {
  const std::uint32_t longest = std::min(checkpoint.geometry.positions, sequence_max);
  if (options.sequence && (*options.sequence < 1 || *options.sequence > longest)) {
    throw Error(Failure::usage,
                fmt::format("compiling a checkpoint: a sequence length of {} was asked for, it allows 1 "
                            "to {}",
                            *options.sequence, longest));
  }
  if (options.embedding_sparsity && !(*options.embedding_sparsity >= 0 && *options.embedding_sparsity <= 1)) {
    throw Error(Failure::usage,
                fmt::format("compiling a checkpoint: an embedding sparsity of {} was asked for, 0 to 1 "
                            "is possible",
                            *options.embedding_sparsity));
  }
}

void check_tokenizer(const Checkpoint& checkpoint) {
  if (checkpoint.tokenizer.empty()) {
    throw Error(Failure::image,
                "compiling a checkpoint: spiece.model is missing beside it; copy ALBERT's there");
  }
  const Tokenizer tokenizer(checkpoint.tokenizer, checkpoint.geometry.text_cleaning);
  if (tokenizer.vocabulary() > checkpoint.geometry.vocabulary) {
    throw Error(Failure::image,
                fmt::format("compiling a checkpoint: spiece.model has {} pieces, the model has {} word "
                            "embeddings; use the tokenizer it was trained with",
                            tokenizer.vocabulary(), checkpoint.geometry.vocabulary));
  }
}

ModelDescriptor geometry_descriptor(const Geometry& g, const CompileOptions& options) {
  ModelDescriptor d{};
  d.magic = descriptor_magic;
  d.version = descriptor_version;
  d.bytes = sizeof(ModelDescriptor);
  d.vocabulary = g.vocabulary;
  d.embedding = g.embedding;
  d.hidden = g.hidden;
  d.heads = g.heads;
  d.head_size = g.head_size;
  d.intermediate = g.intermediate;
  d.layers = g.layers;
  d.sequence = options.sequence.value_or(g.sequence);
  d.classes = g.classes;
  d.token_types = g.token_types;
  d.activation = g.activation;
  d.layernorm_epsilon =
      static_cast<std::uint32_t>(std::round(std::ldexp(g.layernorm_epsilon, epsilon_fraction_bits)));
  d.attention_scale =
      static_cast<std::uint32_t>(std::round(scale_one / std::sqrt(static_cast<double>(g.head_size))));
  return d;
}

std::string options_text(const CompileOptions& options, std::uint32_t sequence) {
  nlohmann::json text{{"sequence_length", sequence}};
  text["embedding_sparsity"] =
      options.embedding_sparsity ? nlohmann::json(*options.embedding_sparsity) : nlohmann::json(nullptr);
  return text.dump();
}

}  // namespace

CompiledImage compile(const Checkpoint& checkpoint, const ActivationRanges& ranges,
                      const CompileOptions& options) {
  check_options(checkpoint, options);
  check_tokenizer(checkpoint);
  const Geometry& g = checkpoint.geometry;
  ModelDescriptor d = geometry_descriptor(g, options);
  d.activation_bias = biases_of(ranges);

  ImageBuilder builder;
  builder.layout.place("descriptor", memory_map::weight_memory, sizeof(ModelDescriptor));
  Matrix words = checkpoint.word_embedding;
  if (options.embedding_sparsity) prune_by_magnitude(words.values, *options.embedding_sparsity);
  d.word_embedding = builder.packed(envm_matrix, words, memory_map::envm);
  d.position_embedding = builder.dense("position_embedding", checkpoint.position_embedding, d.sequence);
  d.token_type_embedding =
      builder.dense("token_type_embedding", checkpoint.token_type_embedding, d.token_types);
  d.embedding_norm = builder.layernorm("embedding_norm", checkpoint.embedding_norm);
  d.hidden_in = builder.linear("hidden_in", checkpoint.hidden_in);
  d.query = builder.linear("query", checkpoint.query);
  d.key = builder.linear("key", checkpoint.key);
  d.value = builder.linear("value", checkpoint.value);
  d.attention_output = builder.linear("attention_output", checkpoint.attention_output);
  d.attention_norm = builder.layernorm("attention_norm", checkpoint.attention_norm);
  d.ffn_inner = builder.linear("ffn_inner", checkpoint.ffn_inner);
  d.ffn_output = builder.linear("ffn_output", checkpoint.ffn_output);
  d.layer_output_norm = builder.layernorm("layer_output_norm", checkpoint.layer_output_norm);
  add_spans(builder, d, checkpoint.spans);
  add_off_ramps(builder, d, checkpoint.off_ramps);

  builder.tensors.emplace(
      "descriptor",
      TensorData{DType::u8, {sizeof(ModelDescriptor)}, bytes_of(std::vector<ModelDescriptor>{d})});
  builder.tensors.emplace("tokenizer",
                          TensorData{DType::u8, {checkpoint.tokenizer.size()}, checkpoint.tokenizer});
  const ImageProperties properties{checkpoint.source_sha256, options_text(options, d.sequence),
                                   name_of(g.text_cleaning), g.labels};
  return {to_model_image(builder.tensors, builder.layout.placements(), properties),
          std::move(builder.matrices), builder.layout.bytes_in(memory_map::weight_memory),
          builder.layout.bytes_in(memory_map::envm)};
}

}  // namespace edgebert::model
