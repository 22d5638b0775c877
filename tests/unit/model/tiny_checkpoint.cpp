// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/model/tiny_checkpoint.hpp"

#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/error.hpp"

namespace edgebert::test {
namespace {

constexpr std::uint64_t vocabulary = 70;
constexpr std::uint64_t features = 8;
constexpr std::uint64_t intermediate = 16;
constexpr std::uint64_t positions = 16;
const std::string layer = "albert.encoder.albert_layer_groups.0.albert_layers.0.";

void append_field(std::vector<std::uint8_t>& bytes, unsigned field, const std::string& text) {
  constexpr unsigned length_delimited = 2;
  bytes.push_back(static_cast<std::uint8_t>(field << 3 | length_delimited));
  bytes.push_back(static_cast<std::uint8_t>(text.size()));
  bytes.insert(bytes.end(), text.begin(), text.end());
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  static int count = 0;
  path_ =
      std::filesystem::temp_directory_path() / fmt::format("edgebert-unit-model-{}-{}", getpid(), count++);
  std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TensorData float_tensor(const std::vector<std::uint64_t>& shape, const std::vector<float>& values) {
  TensorData tensor{DType::f32, shape, std::vector<std::uint8_t>(values.size() * sizeof(float))};
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

std::vector<std::uint8_t> sentencepiece_model(const std::vector<std::string>& pieces) {
  // sentencepiece_model.proto: ModelProto.pieces = 1; SentencePiece.piece = 1, .score = 2 (float), .type = 3
  enum Type : std::uint8_t { normal = 1, unknown = 2, control = 3 };
  std::vector<std::uint8_t> model;
  const auto add = [&](const std::string& piece, Type type) {
    std::vector<std::uint8_t> message;
    append_field(message, 1, piece);
    const std::uint8_t score_and_type[] = {2 << 3 | 5, 0, 0, 0x80, 0xbf, 3 << 3, type};  // score -1.0f
    message.insert(message.end(), std::begin(score_and_type), std::end(score_and_type));
    append_field(model, 1, {message.begin(), message.end()});
  };
  add("<pad>", control);
  add("<unk>", unknown);
  add("[CLS]", control);
  add("[SEP]", control);
  for (const std::string& piece : pieces) add(piece, normal);
  return model;
}

std::string normalisation_of(char character, const std::string& text) {
  // Darts-clone: 256 units; the root's children lie at their labels; the character's one child, its value, at
  // 128 more.
  constexpr std::uint32_t units = 256;
  constexpr std::uint32_t distance = 128;
  std::uint32_t array[units] = {};
  const auto label = static_cast<std::uint8_t>(character);
  array[label] = distance << 10 | 1u << 8 | label;  // a child at index ^ distance, which is a value
  array[label ^ distance] = 1u << 31 | 0;           // the text's place
  const std::uint32_t bytes = sizeof array;
  std::string table(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  table.append(reinterpret_cast<const char*>(array), sizeof array);
  return table + text + '\0';
}

TinyCheckpoint::TinyCheckpoint()
    : tokenizer(sentencepiece_model({"\xe2\x96\x81"
                                     "a",
                                     "\xe2\x96\x81", "b", "c"})) {
  std::uint32_t state = 1;
  const auto add = [&](const std::string& name, const std::vector<std::uint64_t>& shape) {
    std::uint64_t elements = 1;
    for (const std::uint64_t extent : shape) elements *= extent;
    std::vector<float> values(elements);
    for (float& value : values) {
      state = state * 1664525u + 1013904223u;
      value = static_cast<float>(static_cast<std::int32_t>(state)) / 4294967296.0f;
    }
    tensors[name] = float_tensor(shape, values);
  };
  const auto add_pair = [&](const std::string& name, const std::vector<std::uint64_t>& shape) {
    add(name + ".weight", shape);
    add(name + ".bias", {shape[0]});
  };
  add("albert.embeddings.word_embeddings.weight", {vocabulary, features});
  add("albert.embeddings.position_embeddings.weight", {positions, features});
  add("albert.embeddings.token_type_embeddings.weight", {2, features});
  add_pair("albert.embeddings.LayerNorm", {features});
  add_pair("albert.encoder.embedding_hidden_mapping_in", {features, features});
  for (const char* name : {"attention.query", "attention.key", "attention.value", "attention.dense"}) {
    add_pair(layer + name, {features, features});
  }
  add_pair(layer + "attention.LayerNorm", {features});
  add_pair(layer + "ffn", {intermediate, features});
  add_pair(layer + "ffn_output", {features, intermediate});
  add_pair(layer + "full_layer_layer_norm", {features});
  add_pair("albert.encoder.highway.0.pooler.dense", {features, features});
  add_pair("albert.encoder.highway.0.classifier", {2, features});
  add_pair("albert.pooler", {features, features});
  add_pair("classifier", {2, features});
  tensors[reach_tensor] = float_tensor({2}, {3.0f, 5.5f});
  config = {{"vocab_size", vocabulary},
            {"embedding_size", features},
            {"hidden_size", features},
            {"num_attention_heads", 2},
            {"intermediate_size", intermediate},
            {"num_hidden_layers", 2},
            {"hidden_act", "gelu_new"},
            {"layer_norm_eps", 1e-12},
            {"max_position_embeddings", positions},
            {"type_vocab_size", 2},
            {"num_labels", 2},
            {"adaptive_span_ramp", 4.0}};
}

void TinyCheckpoint::write(const std::filesystem::path& folder) const {
  write_file(folder / "model.safetensors", to_safetensors(tensors, {}));
  const std::string text = config.dump();
  write_file(folder / "config.json", {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  write_file(folder / "spiece.model", tokenizer);
}

model::Checkpoint TinyCheckpoint::read() const {
  const TemporaryFolder folder;
  write(folder.path());
  return model::read_checkpoint(folder.path());
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string message = error.what();
    return message.find('\n') == std::string::npos ? message : "more than one line: " + message;
  }
  return "";
}

}  // namespace edgebert::test
