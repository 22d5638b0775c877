// SPDX-License-Identifier: Apache-2.0
#include "model/compile.hpp"

#include <algorithm>
#include <cstring>

#include "contract/memory_map.hpp"
#include "model/layout.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using test::TinyCheckpoint;

namespace {

ModelImage compiled(const TinyCheckpoint& tiny, const model::CompileOptions& options = {}) {
  return ModelImage::parse(model::compile(tiny.read(), test::ranges, options).bytes, "f");
}

std::vector<std::uint8_t> bytes_of(const ModelImage& image, const std::string& name) {
  const auto bytes = image.container().at(name).bytes;
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("compile: equal inputs give equal bytes") {
  const auto first = model::compile(TinyCheckpoint().read(), test::ranges, {});
  const auto second = model::compile(TinyCheckpoint().read(), test::ranges, {});
  CHECK(first.bytes == second.bytes);
}

TEST_CASE("compile: the descriptor says what the checkpoint says") {
  TinyCheckpoint tiny;
  tiny.config["layer_norm_eps"] = 1e-5;
  const auto image = compiled(tiny);
  const ModelDescriptor& d = image.descriptor();
  CHECK(d.sequence == 16);
  CHECK(d.head_size == 4);
  CHECK(d.layernorm_epsilon == 168);     // nearest(2^24 * 1e-5 = 167.77)
  CHECK(d.attention_scale == 1u << 19);  // 2^20 / sqrt(4)
  CHECK(d.span_form == SpanForm::all_keys);
  CHECK(d.off_ramps == 2);
  CHECK(d.word_embedding.masks == memory_map::envm.base);
  CHECK(d.word_embedding.exponent_bias == 2);  // magnitudes up to 0.5: bias 1 saturates from 31.5 / 64
  CHECK(image.placement_of("descriptor").offset == 0);
  CHECK(image.placement_of("descriptor").memory == "weight_memory");
  for (const Placement& placement : image.placements()) CHECK(placement.offset % 64 == 0);
  CHECK(image.tasks()[0].source_sha256 == tiny.read().source_sha256);
}

TEST_CASE("compile: each site gets the bias of its own range") {
  // Ranges 1, 2, 4 ... make every bias distinguishable: bias b holds magnitudes below 31.5 * 2^(b - 7).
  model::ActivationRanges r{};
  r.embedding_norm = 0.2f;
  r.hidden_in = 0.3f;
  r.query = 0.9f;
  r.key = 1.9f;
  r.value = 3.8f;
  r.context = 7.5f;
  r.attention_output = 15.0f;
  r.attention_norm = 31.0f;
  r.ffn_inner = 100.0f;
  r.ffn_output = 15.0f;
  r.layer_output = 7.5f;
  r.pooled = 1.0f;
  const auto image = ModelImage::parse(model::compile(TinyCheckpoint().read(), r, {}).bytes, "f");
  const ActivationBiases& b = image.descriptor().activation_bias;
  CHECK(b.embedding_norm == 0);
  CHECK(b.hidden_in == 1);
  CHECK(b.query == 2);
  CHECK(b.key == 3);
  CHECK(b.value == 4);
  CHECK(b.context == 5);
  CHECK(b.attention_output == 6);
  CHECK(b.attention_norm == 7);
  CHECK(b.ffn_inner == 7);
  CHECK(b.ffn_output == 6);
  CHECK(b.layer_output == 5);
  CHECK(b.pooled == 3);
  r.pooled = -1.0f;
  CHECK(test::error_of([&] {
          model::compile(TinyCheckpoint().read(), r, {});
        }).find("not a finite magnitude") != std::string::npos);
}

TEST_CASE("compile: span masks by distance, and heads that are off") {
  TinyCheckpoint tiny;
  tiny.tensors.at(test::reach_tensor) = test::float_tensor({2}, {3.0f, -0.5f});
  const auto image = compiled(tiny);
  const auto masks = bytes_of(image, "span_masks");
  // (3 - t) / 4 at bias 3: 0.75 = 1.5 * 2^-1, 0.5, 0.25, then 0
  const std::vector<std::uint8_t> expected{0x68, 0x60, 0x50, 0x00, 0x00};
  CHECK(std::vector<std::uint8_t>(masks.begin(), masks.begin() + 5) == expected);
  CHECK(std::count(masks.begin() + 16, masks.end(), 0) == 16);
  CHECK(image.descriptor().heads_off[0] == 0b10);
  CHECK(image.descriptor().heads_off[1] == 0);
}

TEST_CASE("compile: span masks by position end at the last key") {
  TinyCheckpoint tiny;
  tiny.config["span_index"] = "position";
  tiny.config["edgebert_sequence_length"] = 8;
  const auto masks = bytes_of(compiled(tiny), "span_masks");
  // (t - 7 + 3) / 4 + 1 = t / 4: 0, 1/4, 1/2, 3/4, 1 ...
  const std::vector<std::uint8_t> expected{0x00, 0x50, 0x60, 0x68, 0x70, 0x70, 0x70, 0x70};
  CHECK(std::vector<std::uint8_t>(masks.begin(), masks.begin() + 8) == expected);
}

TEST_CASE("compile: a model without spans") {
  TinyCheckpoint tiny;
  tiny.tensors.erase(test::reach_tensor);
  const auto image = compiled(tiny);
  CHECK(image.descriptor().span_form == SpanForm::none);
  CHECK(image.descriptor().span_masks == 0);
  CHECK_FALSE(image.container().contains("span_masks"));
}

TEST_CASE("compile: options change the image and are recorded") {
  const auto image = compiled({}, {.sequence = 10, .embedding_sparsity = 0.75});
  CHECK(image.descriptor().sequence == 10);
  CHECK(image.descriptor().position_embedding.rows == 10);
  CHECK(image.container().at("word_embedding.data").elements() == 140);  // a quarter of 560
  const auto options = nlohmann::json::parse(image.container().metadata().at("compile_options"));
  CHECK(options == nlohmann::json{{"sequence_length", 10},
                                  {"embedding_sparsity", 0.75},
                                  {"weight_bias", "max"},
                                  {"activation_percentile", 100.0}});
  CHECK(nlohmann::json::parse(compiled(TinyCheckpoint()).container().metadata().at("compile_options"))
            .at("embedding_sparsity")
            .is_null());
}

TEST_CASE("compile: the rule of least squared error chooses another bias where one value is far out") {
  // One 2.0, the rest 17/2048. By the largest magnitude bias 4, whose smallest value 17/1024 is what each of
  // them becomes; bias 3 has 17/2048, but ends at 31/16. Squared errors: n (17/2048)^2 against (1/16)^2
  // = 3.91e-3.
  const auto bias_of = [](std::size_t small, model::BiasRule rule) {
    std::vector<float> values(64, 0.0f);
    for (std::size_t i = 0; i < small; ++i) values[i] = 17.0f / 2048;
    values[63] = 2.0f;
    TinyCheckpoint tiny;
    tiny.tensors.at("albert.pooler.weight") = test::float_tensor({8, 8}, values);
    const auto image = compiled(tiny, {.weight_bias = rule});
    CHECK(nlohmann::json::parse(image.container().metadata().at("compile_options")).at("weight_bias") ==
          name_of(rule));
    return image.tasks()[0].off_ramps[1].pooler.weights.exponent_bias;
  };
  CHECK(bias_of(63, model::BiasRule::largest) == 4);
  CHECK(bias_of(63, model::BiasRule::least_error) == 3);  // 63: 4.34e-3
  CHECK(bias_of(50, model::BiasRule::largest) == 4);
  CHECK(bias_of(50, model::BiasRule::least_error) == 4);  // 50: 3.45e-3
}

TEST_CASE("compile: what cannot be compiled is refused") {
  const auto refused = [](const TinyCheckpoint& tiny, const model::CompileOptions& options,
                          const std::string& text) {
    const std::string error = test::error_of([&] { compiled(tiny, options); });
    INFO(error);
    CHECK(error.find(text) != std::string::npos);
  };
  refused({}, {.sequence = 17, .embedding_sparsity = {}}, "sequence length of 17 was asked for");
  refused({}, {.sequence = 0, .embedding_sparsity = {}}, "sequence length of 0 was asked for");
  refused({}, {.sequence = {}, .embedding_sparsity = 1.5}, "embedding sparsity of 1.5");
  refused({}, {.sequence = {}, .embedding_sparsity = std::nan("")}, "embedding sparsity of nan");
  TinyCheckpoint bias;
  bias.tensors.at("classifier.bias") = test::float_tensor({2}, {1e6f, 0.0f});
  refused(bias, {}, "'off_ramp.1.classifier'");
  TinyCheckpoint pieces;
  pieces.tokenizer = test::sentencepiece_model(std::vector<std::string>(67, "x"));
  refused(pieces, {}, "spiece.model");
  TinyCheckpoint garbage;
  garbage.tokenizer = {1, 2, 3};
  refused(garbage, {}, "not a SentencePiece model");
  auto without = TinyCheckpoint().read();
  without.tokenizer.clear();
  CHECK(test::error_of([&] { model::compile(without, test::ranges, {}); }).find("spiece.model is missing") !=
        std::string::npos);
}

namespace {

ModelImage compiled(const std::vector<std::pair<std::string, model::Checkpoint>>& checkpoints,
                    const model::CompileOptions& options = {}) {
  std::vector<model::TaskInput> tasks;
  for (const auto& [name, checkpoint] : checkpoints) tasks.push_back({name, checkpoint, test::ranges});
  return ModelImage::parse(model::compile(tasks, options).bytes, "f");
}

/// The same word embeddings, another encoder, three classes.
TinyCheckpoint other_task() {
  TinyCheckpoint tiny;
  tiny.config["num_labels"] = 3;
  std::erase_if(tiny.tensors,
                [](const auto& tensor) { return tensor.first.starts_with("albert.encoder.highway."); });
  tiny.tensors.at("classifier.weight") = test::float_tensor({3, 8}, std::vector<float>(24, 0.25f));
  tiny.tensors.at("classifier.bias") = test::float_tensor({3}, {0.0f, 1.0f, 2.0f});
  return tiny;
}

}  // namespace

TEST_CASE("compile: tasks share the word embeddings and nothing else") {
  const auto image = compiled({{"a", TinyCheckpoint().read()}, {"b", other_task().read()}});
  REQUIRE(image.tasks().size() == 2);
  CHECK(image.tasks()[0].name == "a");
  CHECK(image.tasks()[1].name == "b");
  CHECK(image.tasks()[1].labels.size() == 3);
  const ModelDescriptor& a = image.tasks()[0].descriptor;
  const ModelDescriptor& b = image.tasks()[1].descriptor;
  CHECK(a.word_embedding.data == b.word_embedding.data);
  CHECK(a.query.weights.data != b.query.weights.data);
  CHECK(a.next_task == memory_map::weight_memory.base + image.placement_of("task.1.descriptor").offset);
  CHECK(b.next_task == 0);
  CHECK(a.off_ramps == 2);
  CHECK(b.off_ramps == 1);
  CHECK_FALSE(image.container().contains("task.1.word_embedding.data"));
  const auto alone = compiled(TinyCheckpoint());
  CHECK(image.bytes_in("envm") == alone.bytes_in("envm"));
  for (const auto& [name, view] : alone.container().tensors()) {
    INFO(name);
    if (name != "descriptor") CHECK(bytes_of(image, name) == bytes_of(alone, name));
  }
}

TEST_CASE("compile: tasks that do not belong together are refused, by name") {
  const auto refused = [](const std::vector<std::pair<std::string, model::Checkpoint>>& checkpoints,
                          const std::string& text) {
    const std::string error = test::error_of([&] { compiled(checkpoints); });
    INFO(error);
    CHECK(error.find(text) != std::string::npos);
  };
  const model::Checkpoint tiny = TinyCheckpoint().read();
  model::Checkpoint words = tiny;
  words.word_embedding.values[8 * 69 + 3] += 1;
  refused({{"a", tiny}, {"b", words}}, "tensor 'albert.embeddings.word_embeddings.weight' is ");
  refused({{"a", tiny}, {"b", words}}, "at row 69, column 3");
  model::Checkpoint tokenizer = tiny;
  tokenizer.tokenizer = test::sentencepiece_model({"x"});
  refused({{"a", tiny}, {"b", tokenizer}}, "their spiece.model differ");
  model::Checkpoint cleaning = tiny;
  cleaning.geometry.text_cleaning = model::TextCleaning::lower_case;
  refused({{"a", tiny}, {"b", cleaning}}, "edgebert_text_cleaning");
  model::Checkpoint sequence = tiny;
  sequence.geometry.sequence = 12;
  refused({{"a", tiny}, {"b", sequence}}, "have 16 and 12 tokens; choose one length with --sequence");
  CHECK(compiled({{"a", tiny}, {"b", sequence}}, {.sequence = 12, .embedding_sparsity = {}}).tasks().size() ==
        2);
  model::Checkpoint layers = tiny;
  layers.geometry.layers = 1;
  refused({{"a", tiny}, {"b", layers}}, "key 'num_hidden_layers' is 2 and 1");
  refused({{"a", tiny}, {"a", tiny}}, "task 'a': another one has this name");
  refused({{"a b", tiny}}, "a name has 1 to 32 letters");
  refused({{"a", tiny}, {"b", tiny}, {"c", tiny}, {"d", tiny}, {"e", tiny}}, "compiling 5 tasks");
}

TEST_CASE("compile: a single task is called what the checkpoint was tuned for") {
  TinyCheckpoint tiny;
  CHECK(compiled(tiny).tasks()[0].name == "default");
  tiny.config["finetuning_task"] = "sst-2";
  CHECK(compiled(tiny).tasks()[0].name == "sst-2");
}

TEST_CASE("layout: tensors follow each other at multiples of 64 and stay inside the memory's room") {
  model::Layout layout;
  const auto& memory = memory_map::envm;
  CHECK(layout.place("a", memory, 1) == memory.base);
  CHECK(layout.place("b", memory, 64) == memory.base + 64);
  CHECK(layout.place("c", memory, 0) == memory.base + 128);
  CHECK(layout.place("d", memory_map::weight_memory, 3) == memory_map::weight_memory.base);
  CHECK(layout.bytes_in(memory) == 128);
  CHECK(layout.bytes_in(memory_map::weight_memory) == 3);
  CHECK(test::error_of([&] {
          layout.place("large", memory, memory.room - 127);
        }).find("placing tensor 'large'") == 0);
  CHECK(layout.place("exact", memory, memory.room - 128) == memory.base + 128);
}
