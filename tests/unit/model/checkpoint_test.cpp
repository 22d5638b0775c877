// SPDX-License-Identifier: Apache-2.0
#include "model/checkpoint.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using test::TinyCheckpoint;

namespace {

constexpr const char* words = "albert.embeddings.word_embeddings.weight";

std::string error_of(const TinyCheckpoint& checkpoint) {
  return test::error_of([&] { checkpoint.read(); });
}

/// The error after one key of config.json was set.
std::string error_with(const std::string& key, const nlohmann::json& value) {
  TinyCheckpoint checkpoint;
  checkpoint.config[key] = value;
  return error_of(checkpoint);
}

void contains(const std::string& error, const std::string& text) {
  INFO(error);
  CHECK(error.find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("checkpoint: geometry, roles and spans") {
  const auto checkpoint = TinyCheckpoint().read();
  const auto& g = checkpoint.geometry;
  CHECK(g.vocabulary == 70);
  CHECK(g.head_size == 4);
  CHECK(g.intermediate == 16);
  CHECK(g.sequence == 16);
  CHECK(g.activation == Activation::gelu_new);
  CHECK(g.layernorm_epsilon == 1e-12);
  CHECK(g.labels == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(g.text_cleaning == model::TextCleaning::albert);
  CHECK(checkpoint.off_ramps.size() == 2);
  CHECK(checkpoint.spans.form == SpanForm::all_keys);
  CHECK(checkpoint.spans.index == SpanIndex::distance);
  CHECK(checkpoint.spans.ramp == 4.0f);
  CHECK(checkpoint.spans.reach == std::vector<float>{3.0f, 5.5f});
  CHECK(checkpoint.ffn_output.weights.rows == 8);
  CHECK(checkpoint.ffn_output.weights.columns == 16);
  CHECK(checkpoint.word_embedding.values.size() == 560);
  float first = 0;
  std::memcpy(&first, TinyCheckpoint().tensors.at(words).bytes.data(), sizeof(first));
  CHECK(checkpoint.word_embedding.values.front() == first);
}

TEST_CASE("checkpoint: the optional keys") {
  TinyCheckpoint tiny;
  tiny.config.update({{"hidden_act", "relu"},
                      {"layer_norm_eps", 1e-5},
                      {"span_softmax", "in_span"},
                      {"span_index", "position"},
                      {"edgebert_sequence_length", 12},
                      {"edgebert_text_cleaning", "lower_case"},
                      {"id2label", {{"0", "no"}, {"1", "yes"}}}});
  const auto checkpoint = tiny.read();
  CHECK(checkpoint.geometry.activation == Activation::relu);
  CHECK(checkpoint.geometry.layernorm_epsilon == 1e-5);
  CHECK(checkpoint.geometry.sequence == 12);
  CHECK(checkpoint.geometry.text_cleaning == model::TextCleaning::lower_case);
  CHECK(checkpoint.geometry.labels == std::vector<std::string>{"no", "yes"});
  CHECK(checkpoint.spans.form == SpanForm::in_span);
  CHECK(checkpoint.spans.index == SpanIndex::position);
}

TEST_CASE(
    "checkpoint: without highway tensors one off-ramp serves all layers; without reach there are no spans") {
  TinyCheckpoint tiny;
  std::erase_if(tiny.tensors,
                [](const auto& tensor) { return tensor.first.starts_with("albert.encoder.highway."); });
  tiny.tensors.erase(test::reach_tensor);
  tiny.tensors["albert.embeddings.position_ids"] = {DType::i64, {1}, std::vector<std::uint8_t>(8)};
  const auto checkpoint = tiny.read();
  CHECK(checkpoint.off_ramps.size() == 1);
  CHECK(checkpoint.spans.form == SpanForm::none);
}

TEST_CASE("checkpoint: a file instead of a folder") {
  TinyCheckpoint tiny;
  tiny.tensors.at("classifier.bias") = {DType::f16, {2}, {0x00, 0x3c, 0x00, 0xc0}};
  const test::TemporaryFolder folder;
  tiny.write(folder.path());
  const auto checkpoint = model::read_checkpoint(folder.path() / "model.safetensors");
  CHECK(checkpoint.off_ramps.back().classifier.bias == std::vector<float>{1.0f, -2.0f});
  CHECK_FALSE(checkpoint.tokenizer.empty());
}

TEST_CASE("checkpoint: one file may mix F64, F32, F16 and BF16") {
  TinyCheckpoint tiny;
  tiny.tensors.at("classifier.bias") = {DType::bf16, {2}, {0x80, 0x3f, 0x20, 0xc0}};  // 1.0, -2.5
  tiny.tensors.at("albert.pooler.bias") = {DType::f16,
                                           {8},
                                           {0x00, 0x3c, 0xff, 0x7b, 0x01, 0x00, 0, 0,  //
                                            0, 0, 0, 0, 0, 0, 0, 0x80}};
  tiny.tensors.at("albert.encoder.highway.0.classifier.bias") = {
      DType::f64, {2}, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}};  // 1.5, -2.0
  const auto checkpoint = tiny.read();
  CHECK(checkpoint.off_ramps.back().classifier.bias == std::vector<float>{1.0f, -2.5f});
  const auto& half = checkpoint.off_ramps.back().pooler.bias;
  CHECK(half[0] == 1.0f);
  CHECK(half[1] == 65504.0f);    // the largest half
  CHECK(half[2] == 0x1p-24f);    // the smallest
  CHECK(std::signbit(half[7]));  // -0
  CHECK(checkpoint.off_ramps.front().classifier.bias == std::vector<float>{1.5f, -2.0f});
  CHECK(checkpoint.query.weights.values == TinyCheckpoint().read().query.weights.values);
}

TEST_CASE("checkpoint: NaN is found in half and bfloat16 too") {
  for (const DType type : {DType::f16, DType::bf16}) {
    TinyCheckpoint tiny;
    const std::uint8_t high = type == DType::f16 ? 0x7e : 0x7f;  // quiet NaN is 0x7e00 and 0x7fc0
    tiny.tensors.at("classifier.bias") = {type, {2}, {0x00, 0x3c, 0xc0, high}};
    contains(error_of(tiny), "tensor 'classifier.bias' has nan at element 1");
  }
}

TEST_CASE("checkpoint: the names HuggingFace has for the activations it shares") {
  const std::pair<const char*, Activation> names[] = {
      {"gelu_new", Activation::gelu_new},
      {"gelu", Activation::gelu},
      {"relu", Activation::relu},
      {"tanh", Activation::tanh},
      {"gelu_fast", Activation::gelu_new},
      {"gelu_python", Activation::gelu},
      {"gelu_pytorch_tanh", Activation::gelu_new},
  };
  for (const auto& [name, activation] : names) {
    TinyCheckpoint tiny;
    tiny.config["hidden_act"] = name;
    INFO(name);
    CHECK(tiny.read().geometry.activation == activation);
  }
}

TEST_CASE("checkpoint: classes come from num_labels, else from id2label, else they are two") {
  TinyCheckpoint tiny;
  tiny.config.erase("num_labels");
  CHECK(tiny.read().geometry.classes == 2);
  tiny.config["id2label"] = {{"0", "entailment"}, {"1", "neutral"}, {"2", "contradiction"}};
  contains(error_of(tiny), "classifier.weight' is [2, 8], config.json asks for [3, 8]");
}

TEST_CASE("checkpoint: every tensor that is missing, mis-shaped or of integers is named") {
  for (const auto& [name, tensor] : TinyCheckpoint().tensors) {
    if (name == test::reach_tensor) continue;
    TinyCheckpoint missing;
    missing.tensors.erase(name);
    contains(error_of(missing), "tensor '" + name + "' is missing");
    TinyCheckpoint shaped;
    shaped.tensors.at(name).shape.push_back(1);
    contains(error_of(shaped), "tensor '" + name + "' is [");
    TinyCheckpoint integers;
    integers.tensors.at(name).type = DType::i32;
    contains(error_of(integers), "tensor '" + name + "' is of type I32");
  }
}

TEST_CASE("checkpoint: NaN, infinity and left-over tensors are named") {
  for (const float value : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    TinyCheckpoint tiny;
    std::memcpy(tiny.tensors.at(words).bytes.data() + 12, &value, sizeof(value));
    contains(error_of(tiny), std::string("tensor '") + words + "' has " +
                                 (std::isnan(value) ? "nan" : "inf") + " at element 3");
  }
  TinyCheckpoint tiny;
  tiny.tensors["predictions.bias"] = test::float_tensor({1}, {0.0f});
  contains(error_of(tiny), "tensor 'predictions.bias' belongs to no part of the model");
  TinyCheckpoint highway;
  highway.tensors["albert.encoder.highway.1.classifier.bias"] = test::float_tensor({2}, {0.0f, 0.0f});
  contains(error_of(highway), "tensor 'albert.encoder.highway.1.classifier.bias' belongs to no part");
}

TEST_CASE("checkpoint: keys of config.json that are missing or impossible are named") {
  for (const char* key :
       {"vocab_size", "embedding_size", "hidden_size", "num_attention_heads", "intermediate_size",
        "num_hidden_layers", "max_position_embeddings", "hidden_act", "adaptive_span_ramp"}) {
    TinyCheckpoint tiny;
    tiny.config.erase(key);
    contains(error_of(tiny), std::string("config.json: key '") + key + "' is missing");
  }
  contains(error_with("num_attention_heads", 3),
           "key 'num_attention_heads' is 3, allowed: a divisor of hidden_size = 8");
  contains(error_with("hidden_size", -8), "key 'hidden_size' is -8, allowed: an integer from 1 to 4096");
  contains(error_with("hidden_size", "8"), "key 'hidden_size' is \"8\"");
  contains(error_with("vocab_size", 65537), "key 'vocab_size' is 65537, allowed: an integer from 1 to 65536");
  contains(error_with("num_hidden_groups", 2), "key 'num_hidden_groups' is 2");
  contains(error_with("hidden_act", "silu"), "key 'hidden_act' is \"silu\", allowed: gelu_new, gelu, relu");
  contains(error_with("span_softmax", "both"), "key 'span_softmax' is \"both\"");
  contains(error_with("adaptive_span_ramp", 0), "key 'adaptive_span_ramp' is 0");
  contains(error_with("edgebert_sequence_length", 17),
           "key 'edgebert_sequence_length' is 17, allowed: an integer from 1 to 16");
  contains(error_with("id2label", {{"0", "no"}}), "key 'id2label'");
  contains(error_with("num_labels", 1), "key 'num_labels' is 1");
  contains(error_with("model_type", "bert"), "key 'model_type' is \"bert\", allowed: albert");
  contains(error_with("position_embedding_type", "relative_key"), "key 'position_embedding_type'");
  contains(error_with("type_vocab_size", 3), "key 'type_vocab_size' is 3");
  contains(error_with("layer_norm_eps", -1e-5), "key 'layer_norm_eps' is -");
}

TEST_CASE("checkpoint: files that are not there or something else") {
  const test::TemporaryFolder folder;
  contains(test::error_of([&] { model::read_checkpoint(folder.path()); }),
           "model.safetensors': No such file");
  TinyCheckpoint().write(folder.path());
  std::filesystem::remove(folder.path() / "config.json");
  contains(test::error_of([&] { model::read_checkpoint(folder.path()); }), "config.json': No such file");
  write_file(folder.path() / "config.json", std::vector<std::uint8_t>{'['});
  contains(test::error_of([&] { model::read_checkpoint(folder.path()); }), "this is not a JSON object");
  const auto image = model::compile(TinyCheckpoint().read(), test::ranges, {});
  write_file(folder.path() / "model.safetensors", image.bytes);
  contains(test::error_of([&] { model::read_checkpoint(folder.path()); }), "this is a compiled model image");
}
