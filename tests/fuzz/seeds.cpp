// SPDX-License-Identifier: Apache-2.0
// Writes the inputs that fuzzing starts from: fuzz-seeds tests/fuzz/corpus. What fuzzing found stands beside
// them.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "model/letter_tokenizer.hpp"
#include "model/random_checkpoint.hpp"
#include "model/sentencepiece_model.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

using Bytes = std::vector<std::uint8_t>;

class Corpus {
 public:
  explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void add(const char* target, const char* name, const Bytes& bytes) const {
    std::filesystem::create_directories(folder_ / target);
    write_file(folder_ / target / name, bytes);
  }
  void add(const char* target, const char* name, const std::string& text) const {
    add(target, name, Bytes(text.begin(), text.end()));
  }

 private:
  std::filesystem::path folder_;
};

void add_safetensors(const Corpus& corpus) {
  std::map<std::string, TensorData> every_type;
  for (const DType type :
       {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::u8, DType::boolean})
    every_type[name_of(type)] = {type, {2, 1}, Bytes(2 * size_of(type), 0x3f)};
  every_type["empty"] = {DType::f32, {0, 3}, {}};
  corpus.add("safetensors", "types", to_safetensors(every_type, {{"format", "pt"}}));
  corpus.add("safetensors", "none", to_safetensors({}, {}));
  corpus.add("safetensors", "checkpoint", to_safetensors(test::TinyCheckpoint().tensors, {}));
  corpus.add("safetensors", "nothing", Bytes());
}

void add_config(const Corpus& corpus) {
  nlohmann::json config = test::TinyCheckpoint().config;
  corpus.add("config", "tiny", config.dump());
  config.erase("num_labels");
  config.update({{"id2label", {{"0", "no"}, {"1", "yes"}}},
                 {"hidden_act", "relu"},
                 {"span_softmax", "in_span"},
                 {"span_index", "position"},
                 {"edgebert_sequence_length", 12},
                 {"finetuning_task", "sst-2"},
                 {"model_type", "albert"},
                 {"edgebert_text_cleaning", "lower_case"}});
  corpus.add("config", "every_key", config.dump());
  model::RandomCheckpointOptions small;
  small.hidden = small.intermediate = 8;
  small.heads = 2;
  small.embedding = 4;
  small.vocabulary = 6;
  corpus.add("config", "generated", model::random_checkpoint(small).config);
  corpus.add("config", "no_object", std::string("[[[{}]]]"));
}

void add_tokenizer(const Corpus& corpus) {
  corpus.add("tokenizer", "tiny", test::TinyCheckpoint().tokenizer);
  corpus.add("tokenizer", "letters", model::letter_tokenizer(120));
  model::SentencePieceModel model = model::read_sentencepiece(model::letter_tokenizer(60));
  model.normalisation = test::normalisation_of('b', "c");
  model.treat_whitespace_as_suffix = true;
  model.pieces.push_back({"bc", -1.5f, model::SentencePieceModel::Type::user_defined});
  corpus.add("tokenizer", "normalised", model::sentencepiece_file(model));
}

void add_images(const Corpus& corpus) {
  const model::Checkpoint tiny = test::TinyCheckpoint().read();
  const model::TaskInput tasks[] = {{"a", tiny, test::ranges}, {"b", tiny, test::ranges}};
  corpus.add("image", "one_task", model::compile(tiny, test::ranges, {}).bytes);
  corpus.add("image", "two_tasks", model::compile(tasks, {}).bytes);
  corpus.add("sealed_image", "unchanged", Bytes());
  corpus.add("sealed_image", "changed", Bytes{0, 0, 0, 1, 20, 12, 0, 255, 3, 4, 0, 9});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz-seeds FOLDER\n", stderr);
    return 2;
  }
  const Corpus corpus(argv[1]);
  add_safetensors(corpus);
  add_config(corpus);
  add_tokenizer(corpus);
  add_images(corpus);
}
