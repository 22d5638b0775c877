// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/toy_model.hpp"

#include <cstring>
#include <random>

#include "contract/memory_map.hpp"

namespace edgebert::firmware_test {
namespace {

constexpr uint32_t vocabulary = 90;  // more than one block of 64 rows in the row index

/// Appends tensors to the weight memory.
class Writer {
 public:
  explicit Writer(std::vector<uint8_t>& memory) : memory_(memory) {}

  template <typename Value>
  uint32_t append(const std::vector<Value>& values) {
    memory_.resize((memory_.size() + 7) / 8 * 8);
    const size_t at = memory_.size();
    memory_.resize(at + values.size() * sizeof(Value));
    std::memcpy(memory_.data() + at, values.data(), values.size() * sizeof(Value));
    return memory_map::weight_memory.base + static_cast<uint32_t>(at);
  }

  std::vector<uint32_t> random_row(uint32_t columns, uint32_t zero_percent) {
    std::vector<uint32_t> row(columns);
    for (uint32_t& each : row) each = random_() % 100 < zero_percent ? 0 : 1 + random_() % 255;
    return row;
  }

  Rows random_rows(uint32_t rows, uint32_t columns, uint32_t zero_percent) {
    Rows matrix(rows);
    for (auto& row : matrix) row = random_row(columns, zero_percent);
    return matrix;
  }

  PackedMatrix pack(const Rows& matrix, uint32_t exponent_bias) {
    std::vector<uint64_t> masks;
    std::vector<uint8_t> data;
    std::vector<uint32_t> base;
    std::vector<uint16_t> offset;
    const auto groups = static_cast<uint32_t>((matrix[0].size() + mask_group - 1) / mask_group);
    for (size_t row = 0; row < matrix.size(); ++row) {
      if (row % index_rows(groups) == 0) base.push_back(static_cast<uint32_t>(data.size()));
      offset.push_back(static_cast<uint16_t>(data.size() - base.back()));
      for (size_t column = 0; column < matrix[row].size(); ++column) {
        if (column % mask_group == 0) masks.push_back(0);
        if (matrix[row][column] == 0) continue;
        masks.back() |= uint64_t{1} << column % mask_group;
        data.push_back(static_cast<uint8_t>(matrix[row][column]));
      }
    }
    const auto rows = static_cast<uint32_t>(matrix.size()), columns = static_cast<uint32_t>(matrix[0].size());
    return {rows, columns, append(masks), append(data), append(base), append(offset), exponent_bias};
  }

  LinearLayer linear(ToyLinear& toy, uint32_t rows, uint32_t columns) {
    toy.weights = random_rows(rows, columns, 40);
    for (uint32_t row = 0; row < rows; ++row) toy.channel_bias.push_back(static_cast<int16_t>(random_()));
    const PackedMatrix weights = pack(toy.weights, random_() % 8);
    return {weights, append(toy.channel_bias), static_cast<uint32_t>(random_() % 13)};
  }

  DenseTable table(Rows& toy, uint32_t rows, uint32_t columns) {
    toy = random_rows(rows, columns, 0);
    std::vector<uint8_t> codes;
    for (const auto& row : toy) codes.insert(codes.end(), row.begin(), row.end());
    return {rows, columns, append(codes), static_cast<uint32_t>(random_() % 8)};
  }

  uint32_t codes(std::vector<uint32_t>& toy, uint32_t count) {
    toy = random_row(count, 0);
    return append(std::vector<uint8_t>(toy.begin(), toy.end()));
  }

 private:
  std::vector<uint8_t>& memory_;
  std::mt19937 random_{20200604};
};

void set_geometry(ModelDescriptor& d, const Geometry& g) {
  d.magic = descriptor_magic;
  d.version = descriptor_version;
  d.bytes = sizeof d;
  d.vocabulary = vocabulary;
  d.embedding = g.embedding;
  d.hidden = g.hidden;
  d.heads = g.heads;
  d.head_size = g.hidden / g.heads;
  d.intermediate = g.intermediate;
  d.layers = g.layers;
  d.sequence = g.sequence;
  d.classes = g.classes;
  d.token_types = 2;
  d.activation = Activation::gelu_new;
  d.layernorm_epsilon = 17;
  d.attention_scale = 262144;
  d.span_form = g.span_form;
  d.span_index = g.span_index;
  d.heads_off[0] = static_cast<uint32_t>(g.heads_off);
  d.heads_off[1] = static_cast<uint32_t>(g.heads_off >> 32);
  d.activation_bias = {0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4};
}

}  // namespace

ToyModel::ToyModel(const Geometry& g) {
  memory.resize(sizeof descriptor);
  Writer writer(memory);
  ModelDescriptor& d = descriptor;
  set_geometry(d, g);
  std::vector<uint8_t> codes;
  for (uint32_t head = 0; head < g.heads; ++head) {
    auto row = writer.random_row(g.sequence, 0);
    for (uint32_t t = 0; t < g.span_begin; ++t) row[t] = 0;
    for (uint32_t t = g.reach + head + 1; t < g.sequence; ++t) row[t] = t % 2 == 0 ? 0 : 0x80;
    for (uint32_t& code : row) code = code == 0x80 ? 0 : code;
    span_masks.push_back(row);
    codes.insert(codes.end(), row.begin(), row.end());
  }
  d.span_masks = writer.append(codes);
  words = writer.random_rows(vocabulary, g.embedding, 60);
  d.word_embedding = writer.pack(words, 3);
  d.position_embedding = writer.table(positions, g.sequence, g.embedding);
  d.token_type_embedding = writer.table(types, 2, g.embedding);
  const auto norm = [&](const std::string& name, uint32_t features) {
    const uint32_t gamma = writer.codes(norms[name + ".gamma"], features);
    return LayernormParameters{gamma, 2, writer.codes(norms[name + ".beta"], features), 5};
  };
  d.embedding_norm = norm("embedding_norm", g.embedding);
  d.attention_norm = norm("attention_norm", g.hidden);
  d.layer_output_norm = norm("layer_output", g.hidden);
  d.hidden_in = writer.linear(hidden_in, g.hidden, g.embedding);
  d.query = writer.linear(query, g.hidden, g.hidden);
  d.key = writer.linear(key, g.hidden, g.hidden);
  d.value = writer.linear(value, g.hidden, g.hidden);
  d.attention_output = writer.linear(attention_output, g.hidden, g.hidden);
  d.ffn_inner = writer.linear(ffn_inner, g.intermediate, g.hidden);
  d.ffn_output = writer.linear(ffn_output, g.hidden, g.intermediate);
  d.off_ramps = g.off_ramps;
  for (uint32_t each = 0; each < g.off_ramps; ++each) {
    const LinearLayer pooler = writer.linear(poolers.emplace_back(), g.hidden, g.hidden);
    off_ramps.push_back({pooler, writer.linear(classifiers.emplace_back(), g.classes, g.hidden)});
  }
  d.off_ramp_table = writer.append(off_ramps);
  refresh();
}

void ToyModel::refresh() {
  std::memcpy(memory.data(), &descriptor, sizeof descriptor);
}

}  // namespace edgebert::firmware_test
