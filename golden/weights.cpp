// SPDX-License-Identifier: Apache-2.0
#include "golden/weights.hpp"

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert::golden {

namespace {

std::vector<std::uint8_t> bytes_of(const Safetensors& container, const std::string& name) {
  const auto bytes = container.at(name).bytes;
  return {bytes.begin(), bytes.end()};
}

std::uint64_t mask_word(std::span<const std::uint8_t> masks, std::size_t index) {
  std::uint64_t word = 0;
  for (std::size_t byte = 0; byte < 8; ++byte) word |= std::uint64_t{masks[8 * index + byte]} << (8 * byte);
  return word;
}

CodeMatrix dense(const Safetensors& container, const std::string& name, const DenseTable& table) {
  return {table.rows, table.columns, table.exponent_bias, bytes_of(container, name + ".codes")};
}

Linear linear(const Safetensors& container, const std::string& name, const LinearLayer& layer) {
  const CodeMatrix matrix = unpack(container, name, layer.weights);
  const auto bytes = container.at(name + ".channel_bias").bytes;
  Linear result{
      decode_matrix(matrix.codes, matrix.rows, matrix.columns, matrix.bias), {}, layer.channel_bias_fraction};
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    result.channel_bias.push_back(static_cast<std::int16_t>(bytes[i] | bytes[i + 1] << 8));
  }
  return result;
}

Layernorm layernorm_of(const Safetensors& container, const std::string& name,
                       const LayernormParameters& parameters) {
  return {bytes_of(container, name + ".gamma"), bytes_of(container, name + ".beta"), parameters.gamma_bias,
          parameters.beta_bias};
}

std::vector<OffRampWeights> read_off_ramps(const Safetensors& container, const Task& task) {
  std::vector<OffRampWeights> result;
  for (std::size_t i = 0; i < task.off_ramps.size(); ++i) {
    const std::string name = fmt::format("{}off_ramp.{}.", task.prefix, i);
    result.push_back({linear(container, name + "pooler", task.off_ramps[i].pooler),
                      linear(container, name + "classifier", task.off_ramps[i].classifier)});
  }
  return result;
}

CodeMatrix span_masks_of(const Safetensors& container, const Task& task) {
  const ModelDescriptor& d = task.descriptor;
  if (d.span_form == SpanForm::none) return {};
  return {d.heads, d.sequence, probability_bias, bytes_of(container, task.prefix + "span_masks")};
}

}  // namespace

std::vector<std::int32_t> CodeMatrix::row(std::uint32_t r) const {
  const auto begin = codes.begin() + std::ptrdiff_t{r} * columns;
  return {begin, begin + columns};
}

ProductStep Linear::step(ProductStep::BiasAxis axis, Activation activation, Encoding output) const {
  return {{scale_one}, channel_bias, channel_bias_fraction, axis, activation, output};
}

LayernormStep Layernorm::step(std::uint32_t epsilon, Encoding output) const {
  return {gamma, gamma_bias, beta, beta_bias, epsilon, output};
}

CodeMatrix unpack(const Safetensors& container, const std::string& name, const PackedMatrix& packed) {
  const auto masks = container.at(name + ".masks").bytes;
  const auto data = container.at(name + ".data").bytes;
  const std::size_t groups = (packed.columns + mask_group - 1) / mask_group;
  const auto inconsistent = [&] {
    return Error(Failure::image,
                 fmt::format("unpacking {} of {}: masks and data do not fit together; compile "
                             "the model again",
                             name, container.origin()));
  };
  if (masks.size() != 8 * groups * packed.rows) throw inconsistent();
  CodeMatrix matrix{packed.rows, packed.columns, packed.exponent_bias, {}};
  matrix.codes.reserve(std::size_t{packed.rows} * packed.columns);
  std::size_t next = 0;
  for (std::uint32_t r = 0; r < packed.rows; ++r) {
    for (std::uint32_t c = 0; c < packed.columns; ++c) {
      const bool present = mask_word(masks, r * groups + c / mask_group) >> (c % mask_group) & 1;
      if (present && next == data.size()) throw inconsistent();
      matrix.codes.push_back(present ? data[next++] : 0);
    }
  }
  if (next != data.size()) throw inconsistent();
  return matrix;
}

Weights::Weights(const ModelImage& image, const Task& task) {
  const Safetensors& container = image.container();
  const ModelDescriptor& d = task.descriptor;
  const auto own = [&](const char* name) { return task.prefix + name; };
  word_embedding = unpack(container, "word_embedding", d.word_embedding);
  position_embedding = dense(container, own("position_embedding"), d.position_embedding);
  token_type_embedding = dense(container, own("token_type_embedding"), d.token_type_embedding);
  embedding_norm = layernorm_of(container, own("embedding_norm"), d.embedding_norm);
  hidden_in = linear(container, own("hidden_in"), d.hidden_in);
  query = linear(container, own("query"), d.query);
  key = linear(container, own("key"), d.key);
  value = linear(container, own("value"), d.value);
  attention_output = linear(container, own("attention_output"), d.attention_output);
  attention_norm = layernorm_of(container, own("attention_norm"), d.attention_norm);
  ffn_inner = linear(container, own("ffn_inner"), d.ffn_inner);
  ffn_output = linear(container, own("ffn_output"), d.ffn_output);
  layer_output_norm = layernorm_of(container, own("layer_output_norm"), d.layer_output_norm);
  off_ramps = read_off_ramps(container, task);
  span_masks = span_masks_of(container, task);
}

}  // namespace edgebert::golden
