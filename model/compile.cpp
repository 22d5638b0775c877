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

  explicit ImageBuilder(BiasRule rule) : rule_(rule) {}

  /// What is added from now on to the weight memory is this task's.
  void begin_task(std::size_t number, const std::string& name) {
    prefix_ = task_prefix(number);
    task_ = name;
  }

  std::uint32_t add(const std::string& role, TensorData tensor,
                    const Region& memory = memory_map::weight_memory) {
    const std::string name = is_shared(memory) ? role : prefix_ + role;
    const std::uint32_t address = layout.place(name, memory, tensor.bytes.size());
    tensors.emplace(name, std::move(tensor));
    return address;
  }

  PackedMatrix packed(const std::string& name, const Matrix& matrix,
                      const Region& memory = memory_map::weight_memory) {
    const QuantisedTensor quantised = quantise(matrix.values, rule_);
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
    matrices.push_back({is_shared(memory) ? "" : task_, name, codes.rows, codes.columns,
                        quantised.exponent_bias, elements - codes.data.size(), codes.mask_bytes(),
                        codes.data.size(), codes.index_bytes()});
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
    QuantisedTensor quantised = quantise(used, rule_);
    const std::uint32_t address =
        add(name + ".codes", {DType::u8, {rows, matrix.columns}, std::move(quantised.codes)});
    return {rows, matrix.columns, address, quantised.exponent_bias};
  }

  LayernormParameters layernorm(const std::string& name, const Layernorm& norm) {
    QuantisedTensor gamma = quantise(norm.gamma, rule_);
    QuantisedTensor beta = quantise(norm.beta, rule_);
    LayernormParameters result{};
    result.gamma = add(name + ".gamma", {DType::u8, {norm.gamma.size()}, std::move(gamma.codes)});
    result.gamma_bias = gamma.exponent_bias;
    result.beta = add(name + ".beta", {DType::u8, {norm.beta.size()}, std::move(beta.codes)});
    result.beta_bias = beta.exponent_bias;
    return result;
  }

 private:
  static bool is_shared(const Region& memory) { return memory.base == memory_map::envm.base; }

  BiasRule rule_;
  std::string prefix_;
  std::string task_;
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
  if (!(options.activation_percentile > 0 && options.activation_percentile <= 100)) {
    throw Error(Failure::usage,
                fmt::format("compiling a checkpoint: ranges of the {}th percentile were asked for, "
                            "above 0 to 100 is possible",
                            options.activation_percentile));
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

void check_names(std::span<const TaskInput> tasks) {
  if (tasks.empty() || tasks.size() > tasks_max) {
    throw Error(Failure::usage, fmt::format("compiling {} tasks into one image: 1 to {} are possible",
                                            tasks.size(), tasks_max));
  }
  for (auto task = tasks.begin(); task != tasks.end(); ++task) {
    if (!is_task_name(task->name)) {
      throw Error(Failure::usage, fmt::format("compiling task {}: a name has {}",
                                              nlohmann::json(task->name).dump(), task_name_rule));
    }
    if (std::any_of(tasks.begin(), task, [&](const auto& before) { return before.name == task->name; })) {
      throw Error(Failure::usage,
                  fmt::format("compiling task '{}': another one has this name; name each once", task->name));
    }
  }
}

/// What tasks of one image share is equal in this one and the first.
void check_shared(const TaskInput& first, const TaskInput& other, const CompileOptions& options) {
  const auto differ = [&](const std::string& what) {
    return Error(
        Failure::image,
        fmt::format("compiling tasks '{}' and '{}' into one image: {}; take checkpoints tuned from one "
                    "network with its embeddings frozen",
                    first.name, other.name, what));
  };
  const Geometry& a = first.checkpoint.geometry;
  const Geometry& b = other.checkpoint.geometry;
  struct Key {
    const char* name;
    std::uint32_t Geometry::*value;
  };
  constexpr Key keys[] = {{"vocab_size", &Geometry::vocabulary},
                          {"embedding_size", &Geometry::embedding},
                          {"hidden_size", &Geometry::hidden},
                          {"num_attention_heads", &Geometry::heads},
                          {"intermediate_size", &Geometry::intermediate},
                          {"num_hidden_layers", &Geometry::layers}};
  for (const Key& key : keys) {
    if (a.*key.value != b.*key.value)
      throw differ(fmt::format("key '{}' is {} and {}", key.name, a.*key.value, b.*key.value));
  }
  if (!options.sequence && a.sequence != b.sequence) {
    throw Error(
        Failure::image,
        fmt::format("compiling tasks '{}' and '{}' into one image: their padded sentences have {} and {} "
                    "tokens; choose one length with --sequence",
                    first.name, other.name, a.sequence, b.sequence));
  }
  if (first.checkpoint.tokenizer != other.checkpoint.tokenizer) throw differ("their spiece.model differ");
  if (a.text_cleaning != b.text_cleaning) throw differ("key 'edgebert_text_cleaning' differs");
  const std::vector<float>& words = first.checkpoint.word_embedding.values;
  const auto [mine, theirs] =
      std::mismatch(words.begin(), words.end(), other.checkpoint.word_embedding.values.begin());
  if (mine == words.end()) return;
  const auto at = static_cast<std::size_t>(mine - words.begin());
  throw differ(fmt::format("tensor '{}' is {:g} and {:g} at row {}, column {}", word_embedding_tensor, *mine,
                           *theirs, at / a.embedding, at % a.embedding));
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
  nlohmann::json text{{"sequence_length", sequence},
                      {"weight_bias", name_of(options.weight_bias)},
                      {"activation_percentile", options.activation_percentile}};
  text["embedding_sparsity"] =
      options.embedding_sparsity ? nlohmann::json(*options.embedding_sparsity) : nlohmann::json(nullptr);
  return text.dump();
}

/// Everything of a task but the word embeddings.
ModelDescriptor add_task(ImageBuilder& builder, const TaskInput& task, const PackedMatrix& words,
                         const CompileOptions& options) {
  const Checkpoint& checkpoint = task.checkpoint;
  ModelDescriptor d = geometry_descriptor(checkpoint.geometry, options);
  d.activation_bias = biases_of(task.ranges);
  d.word_embedding = words;
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
  return d;
}

PackedMatrix add_words(ImageBuilder& builder, const Matrix& matrix, const CompileOptions& options) {
  if (!options.embedding_sparsity) return builder.packed(envm_matrix, matrix, memory_map::envm);
  Matrix pruned = matrix;
  prune_by_magnitude(pruned.values, *options.embedding_sparsity);
  return builder.packed(envm_matrix, pruned, memory_map::envm);
}

}  // namespace

CompiledImage compile(std::span<const TaskInput> tasks, const CompileOptions& options) {
  check_names(tasks);
  for (const TaskInput& task : tasks) {
    check_options(task.checkpoint, options);
    check_tokenizer(task.checkpoint);
    check_shared(tasks.front(), task, options);
  }
  const Checkpoint& first = tasks.front().checkpoint;
  ImageBuilder builder(options.weight_bias);
  const PackedMatrix words = add_words(builder, first.word_embedding, options);
  std::vector<ModelDescriptor> descriptors;
  std::vector<TaskProperties> properties;
  for (const TaskInput& task : tasks) {
    const std::size_t number = descriptors.size();
    const std::uint32_t address = builder.layout.place(task_prefix(number) + "descriptor",
                                                       memory_map::weight_memory, sizeof(ModelDescriptor));
    if (number != 0) descriptors.back().next_task = address;
    builder.begin_task(number, task.name);
    descriptors.push_back(add_task(builder, task, words, options));
    properties.push_back({task.name, task.checkpoint.source_sha256, task.checkpoint.geometry.labels});
  }
  for (std::size_t number = 0; number < descriptors.size(); ++number) {
    builder.tensors.emplace(task_prefix(number) + "descriptor",
                            TensorData{DType::u8,
                                       {sizeof(ModelDescriptor)},
                                       bytes_of(std::vector<ModelDescriptor>{descriptors[number]})});
  }
  builder.tensors.emplace("tokenizer", TensorData{DType::u8, {first.tokenizer.size()}, first.tokenizer});
  const ImageProperties image{std::move(properties), options_text(options, descriptors.front().sequence),
                              name_of(first.geometry.text_cleaning)};
  return {to_model_image(builder.tensors, builder.layout.placements(), image), std::move(builder.matrices),
          builder.layout.bytes_in(memory_map::weight_memory), builder.layout.bytes_in(memory_map::envm)};
}

CompiledImage compile(const Checkpoint& checkpoint, const ActivationRanges& ranges,
                      const CompileOptions& options) {
  const TaskInput task{checkpoint.geometry.task, checkpoint, ranges};
  return compile(std::span(&task, 1), options);
}

}  // namespace edgebert::model
