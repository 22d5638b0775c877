// SPDX-License-Identifier: Apache-2.0
#include "contract/image_walk.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "contract/memory_map.hpp"

namespace edgebert {
namespace {

constexpr std::uint32_t one_at_probability_bias = 1u
                                                  << (14 - probability_bias);  ///< I(code) of the value 1.0

Error wrong(const std::string& what) {
  return Error(Failure::image, what);
}

template <typename Element>
Element element(const TensorView& view, std::uint64_t index) {
  Element value;
  std::memcpy(&value, view.bytes.data() + index * sizeof(Element), sizeof(Element));
  return value;
}

void in_range(const char* what, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value >= low && value <= high) return;
  throw wrong(fmt::format("tensor 'descriptor' has {} = {}, allowed are {} to {}", what, value, low, high));
}

bool is_zero_code(std::uint8_t code) {
  return (code & 0x7f) == 0;
}

}  // namespace

ImageWalk::ImageWalk(const Safetensors& file, const std::vector<Placement>& placements, std::string prefix,
                     std::uint32_t address)
    : file_(file), placements_(placements), prefix_(std::move(prefix)) {
  read_descriptor(address);
  check_geometry();
  check_activation_biases();
  read_off_ramps();
}

void ImageWalk::read_descriptor(std::uint32_t address) {
  const TensorView& view = tensor("descriptor", DType::u8, {sizeof(ModelDescriptor)}, address);
  std::memcpy(&descriptor_, view.bytes.data(), sizeof(ModelDescriptor));
  const ModelDescriptor& d = descriptor_;
  if (d.magic != descriptor_magic || d.version != descriptor_version || d.bytes != sizeof(ModelDescriptor)) {
    throw wrong(fmt::format(
        "tensor 'descriptor' starts with {:#x}, version {}, {} bytes; expected {:#x}, {}, {}", d.magic,
        d.version, d.bytes, descriptor_magic, descriptor_version, sizeof(ModelDescriptor)));
  }
}

void ImageWalk::read_off_ramps() {
  const std::uint32_t count = descriptor_.off_ramps;
  if (count != 1 && count != descriptor_.layers) {
    throw wrong(
        fmt::format("tensor 'descriptor' has {} off-ramps, allowed are 1 or {}", count, descriptor_.layers));
  }
  const TensorView& view =
      tensor("off_ramp_table", DType::u8, {count * sizeof(OffRamp)}, descriptor_.off_ramp_table);
  off_ramps_.resize(count);
  std::memcpy(off_ramps_.data(), view.bytes.data(), view.bytes.size());
}

void ImageWalk::check_geometry() const {
  const ModelDescriptor& d = descriptor_;
  in_range("vocabulary", d.vocabulary, 1, 0x10000);  // token ids are 16 bits (contract/mailbox.hpp)
  in_range("embedding", d.embedding, 1, layernorm_features_max);
  in_range("hidden", d.hidden, 1, layernorm_features_max);
  in_range("intermediate", d.intermediate, 1, reduction_max);
  in_range("heads", d.heads, 1, heads_max);
  in_range("heads x head_size", std::uint64_t{d.heads} * d.head_size, d.hidden, d.hidden);
  in_range("layers", d.layers, 1, layers_max);
  in_range("sequence", d.sequence, 1, sequence_max);
  in_range("classes", d.classes, 2, classes_max);
  in_range("token_types", d.token_types, 1, 2);
  in_range("activation", static_cast<std::uint32_t>(d.activation), 0,
           static_cast<std::uint32_t>(Activation::tanh));
  in_range("span_form", static_cast<std::uint32_t>(d.span_form), 0,
           static_cast<std::uint32_t>(SpanForm::in_span));
  in_range("span_index", static_cast<std::uint32_t>(d.span_index), 0,
           static_cast<std::uint32_t>(SpanIndex::position));
  const auto scale =
      static_cast<std::uint32_t>(std::round(scale_one / std::sqrt(static_cast<double>(d.head_size))));
  in_range("attention_scale", d.attention_scale, scale, scale);
}

void ImageWalk::check_activation_biases() const {
  const ActivationBiases& b = descriptor_.activation_bias;
  for (const std::uint32_t bias :
       {b.embedding_norm, b.hidden_in, b.query, b.key, b.value, b.context, b.attention_output,
        b.attention_norm, b.ffn_inner, b.ffn_output, b.layer_output, b.pooled}) {
    in_range("an activation's exponent bias", bias, 0, exponent_bias_max);
  }
}

void ImageWalk::check_all() {
  const ModelDescriptor& d = descriptor_;
  check_packed(envm_matrix, d.word_embedding, d.vocabulary, d.embedding);
  check_dense("position_embedding", d.position_embedding, d.sequence, d.embedding);
  check_dense("token_type_embedding", d.token_type_embedding, d.token_types, d.embedding);
  check_layernorm("embedding_norm", d.embedding_norm, d.embedding);
  check_linear("hidden_in", d.hidden_in, d.hidden, d.embedding);
  check_linear("query", d.query, d.hidden, d.hidden);
  check_linear("key", d.key, d.hidden, d.hidden);
  check_linear("value", d.value, d.hidden, d.hidden);
  check_linear("attention_output", d.attention_output, d.hidden, d.hidden);
  check_layernorm("attention_norm", d.attention_norm, d.hidden);
  check_linear("ffn_inner", d.ffn_inner, d.intermediate, d.hidden);
  check_linear("ffn_output", d.ffn_output, d.hidden, d.intermediate);
  check_layernorm("layer_output_norm", d.layer_output_norm, d.hidden);
  for (std::size_t i = 0; i < off_ramps_.size(); ++i) {
    check_linear(fmt::format("off_ramp.{}.pooler", i), off_ramps_[i].pooler, d.hidden, d.hidden);
    check_linear(fmt::format("off_ramp.{}.classifier", i), off_ramps_[i].classifier, d.classes, d.hidden);
  }
  check_spans();
}

void ImageWalk::check_spans() {
  const ModelDescriptor& d = descriptor_;
  std::uint64_t off = 0;
  if (d.span_form == SpanForm::none) {
    in_range("span_masks, without spans,", d.span_masks, 0, 0);
  } else {
    const TensorView& view = tensor("span_masks", DType::u8, {d.heads, d.sequence}, d.span_masks);
    for (const std::uint8_t code : view.bytes) {
      const std::uint32_t significand = is_zero_code(code) ? 0 : (16u + (code & 15)) << ((code >> 4) & 7);
      if ((code & 0x80) != 0 || significand > one_at_probability_bias) {
        throw wrong(
            fmt::format("tensor 'span_masks' has the code {:#04x}, which is not between 0 and 1", code));
      }
    }
    for (std::uint32_t head = 0; head < d.heads; ++head) {
      const auto mask = view.bytes.subspan(std::size_t{head} * d.sequence, d.sequence);
      if (std::all_of(mask.begin(), mask.end(), is_zero_code)) off |= std::uint64_t{1} << head;
    }
  }
  const std::uint64_t said = d.heads_off[0] | std::uint64_t{d.heads_off[1]} << 32;
  if (said != off) {
    throw wrong(fmt::format("tensor 'descriptor' says that heads {:#x} are off, the span masks say {:#x}",
                            said, off));
  }
}

void ImageWalk::check_packed(const std::string& name, const PackedMatrix& matrix, std::uint32_t rows,
                             std::uint32_t columns) {
  if (matrix.rows != rows || matrix.columns != columns) {
    throw wrong(fmt::format("matrix '{}' is {} x {} in the descriptor, {} x {} by the model's geometry", name,
                            matrix.rows, matrix.columns, rows, columns));
  }
  in_range(fmt::format("the exponent bias of '{}'", name).c_str(), matrix.exponent_bias, 0,
           exponent_bias_max);
  const std::uint64_t groups = (columns + mask_group - 1) / mask_group;
  const TensorView& masks = tensor(name + ".masks", DType::u64, {rows, groups}, matrix.masks);
  const std::uint32_t together = index_rows(static_cast<std::uint32_t>(groups));
  const TensorView& base =
      tensor(name + ".index_base", DType::u32, {(rows + together - 1) / together}, matrix.index_base);
  const TensorView& offset = tensor(name + ".index_offset", DType::u16, {rows}, matrix.index_offset);
  const std::uint64_t beyond =
      columns % mask_group == 0 ? 0
                                : ~std::uint64_t{0} << (columns % mask_group);  // bits past the last column
  std::uint64_t start = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint64_t indexed =
        std::uint64_t{element<std::uint32_t>(base, row / together)} + element<std::uint16_t>(offset, row);
    if (indexed != start) {
      throw wrong(
          fmt::format("tensor '{}.index_offset': row {} starts at byte {} by the index, {} by the masks",
                      name, row, indexed, start));
    }
    for (std::uint64_t group = 0; group < groups; ++group) {
      const auto mask = element<std::uint64_t>(masks, row * groups + group);
      if (group + 1 == groups && (mask & beyond) != 0) {
        throw wrong(fmt::format("tensor '{}.masks': row {} has elements past column {}", name, row, columns));
      }
      start += static_cast<unsigned>(std::popcount(mask));
    }
  }
  const TensorView& data = tensor(name + ".data", DType::u8, {start}, matrix.data);
  for (std::uint64_t i = 0; i < data.bytes.size(); ++i) {
    if (is_zero_code(data.bytes[i]))
      throw wrong(fmt::format("tensor '{}.data' has a zero at byte {}", name, i));
  }
}

void ImageWalk::check_linear(const std::string& name, const LinearLayer& layer, std::uint32_t rows,
                             std::uint32_t columns) {
  check_packed(name, layer.weights, rows, columns);
  tensor(name + ".channel_bias", DType::i16, {rows}, layer.channel_bias);
  in_range(fmt::format("the channel bias fraction of '{}'", name).c_str(), layer.channel_bias_fraction, 0,
           channel_bias_fraction_max);
}

void ImageWalk::check_dense(const std::string& name, const DenseTable& table, std::uint32_t rows,
                            std::uint32_t columns) {
  if (table.rows != rows || table.columns != columns) {
    throw wrong(fmt::format("table '{}' is {} x {} in the descriptor, {} x {} by the model's geometry", name,
                            table.rows, table.columns, rows, columns));
  }
  tensor(name + ".codes", DType::u8, {rows, columns}, table.address);
  in_range(fmt::format("the exponent bias of '{}'", name).c_str(), table.exponent_bias, 0, exponent_bias_max);
}

void ImageWalk::check_layernorm(const std::string& name, const LayernormParameters& parameters,
                                std::uint32_t features) {
  tensor(name + ".gamma", DType::u8, {features}, parameters.gamma);
  tensor(name + ".beta", DType::u8, {features}, parameters.beta);
  in_range(fmt::format("the gamma bias of '{}'", name).c_str(), parameters.gamma_bias, 0, exponent_bias_max);
  in_range(fmt::format("the beta bias of '{}'", name).c_str(), parameters.beta_bias, 0, exponent_bias_max);
}

const TensorView& ImageWalk::tensor(const std::string& role, DType type,
                                    const std::vector<std::uint64_t>& shape, std::uint32_t address) {
  const bool in_envm = role.starts_with(std::string(envm_matrix) + ".");
  const std::string name = in_envm ? role : prefix_ + role;
  if (!file_.contains(name)) throw wrong(fmt::format("tensor '{}' is missing", name));
  const TensorView& view = file_.at(name);
  if (view.type != type || view.shape != shape) {
    throw wrong(fmt::format("tensor '{}' is {} [{}], expected {} [{}]", name, name_of(view.type),
                            fmt::join(view.shape, ", "), name_of(type), fmt::join(shape, ", ")));
  }
  const Placement* placement = nullptr;
  for (const Placement& candidate : placements_) {
    if (candidate.tensor == name) placement = &candidate;
  }
  const memory_map::Region& memory = in_envm ? memory_map::envm : memory_map::weight_memory;
  if (placement == nullptr || placement->memory != memory.name ||
      memory.base + placement->offset != address) {
    throw wrong(fmt::format("tensor '{}' is not placed at the address {:#x} that the descriptor gives", name,
                            address));
  }
  seen_.insert(name);
  return view;
}

}  // namespace edgebert
