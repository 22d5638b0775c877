// SPDX-License-Identifier: Apache-2.0
#include "model/random_checkpoint.hpp"

#include <algorithm>
#include <cmath>

#include "model/letter_tokenizer.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using model::RandomCheckpointOptions;

namespace {

RandomCheckpointOptions small() {
  RandomCheckpointOptions options;
  options.hidden = 96;
  options.heads = 4;
  options.intermediate = 160;
  options.embedding = 48;
  options.vocabulary = 500;
  options.layers = 3;
  options.sequence = 24;
  options.classes = 3;
  return options;
}

model::Checkpoint checkpoint_of(const RandomCheckpointOptions& options) {
  const test::TemporaryFolder folder;
  model::random_checkpoint(options).write(folder.path());
  return model::read_checkpoint(folder.path());
}

double share_of_zeros(const model::Matrix& matrix) {
  const auto zeros = std::count(matrix.values.begin(), matrix.values.end(), 0.0f);
  return static_cast<double>(zeros) / static_cast<double>(matrix.values.size());
}

double deviation(const std::vector<float>& values) {
  double squares = 0;
  for (const float value : values) squares += double{value} * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

std::string refusal(const std::function<void(RandomCheckpointOptions&)>& change) {
  RandomCheckpointOptions options = small();
  change(options);
  return test::error_of([&] { model::random_checkpoint(options); });
}

}  // namespace

TEST_CASE("random checkpoint: an embedding seed gives tasks the same embeddings and other encoders") {
  RandomCheckpointOptions first = small();
  first.seed = 5;
  RandomCheckpointOptions second = small();
  second.seed = 6;
  second.embedding_seed = 5;
  const auto a = checkpoint_of(first);
  const auto b = checkpoint_of(second);
  CHECK(a.word_embedding.values == b.word_embedding.values);
  CHECK(a.embedding_norm.gamma == b.embedding_norm.gamma);
  CHECK(a.hidden_in.weights.values != b.hidden_in.weights.values);
  CHECK(a.query.weights.values != b.query.weights.values);
}

TEST_CASE("random checkpoint: without options it has the geometry of ALBERT-base") {
  const RandomCheckpointOptions o;
  CHECK(o.hidden == 768);
  CHECK(o.heads == 12);
  CHECK(o.intermediate == 3072);
  CHECK(o.embedding == 128);
  CHECK(o.vocabulary == 30000);
  CHECK(o.layers == 12);
  CHECK(o.sequence == 128);
}

TEST_CASE("random checkpoint: what was asked for is what is read") {
  const model::Checkpoint checkpoint = checkpoint_of(small());
  const model::Geometry& g = checkpoint.geometry;
  CHECK(g.hidden == 96);
  CHECK(g.head_size == 24);
  CHECK(g.intermediate == 160);
  CHECK(g.embedding == 48);
  CHECK(g.vocabulary == 500);
  CHECK(g.layers == 3);
  CHECK(g.sequence == 24);
  CHECK(g.classes == 3);
  CHECK(checkpoint.off_ramps.size() == 3);
  CHECK(checkpoint.spans.form == SpanForm::none);
  CHECK(share_of_zeros(checkpoint.ffn_inner.weights) < 0.01);
  // gain / sqrt(inputs), gain = 1.4
  CHECK(deviation(checkpoint.ffn_output.weights.values) == Approx(1.4 / std::sqrt(160)).epsilon(0.03));
  CHECK(deviation(checkpoint.word_embedding.values) == Approx(0.05).epsilon(0.03));
}

TEST_CASE("random checkpoint: the same bytes on every machine, others with another seed") {
  RandomCheckpointOptions options = small();
  options.encoder_sparsity = 0.5;
  options.spans = {5, 0, 12, 24};
  const model::CheckpointFiles files = model::random_checkpoint(options);
  CHECK(sha256_of(files.tensors) == "57f9ea2d95dc7a80023b23eb57badcb82ec334639e2cebe14397db508cc5f226");
  CHECK(sha256_of(files.tokenizer) == "ea038df07af03eaa8c52e39cd6aad5b504f9a03d09c342e71d458b6796871385");
  options.seed = 2;
  CHECK(model::random_checkpoint(options).tensors != files.tensors);
  CHECK(model::random_checkpoint(options).tokenizer == files.tokenizer);
}

TEST_CASE("random checkpoint: zeros are where they were asked for, and as many") {
  RandomCheckpointOptions options = small();
  options.embedding_sparsity = 0.6;
  options.encoder_sparsity = 0.5;
  const model::Checkpoint checkpoint = checkpoint_of(options);
  CHECK(share_of_zeros(checkpoint.word_embedding) == Approx(0.6).margin(0.02));
  for (const auto* linear : {&checkpoint.query, &checkpoint.key, &checkpoint.value,
                             &checkpoint.attention_output, &checkpoint.ffn_inner, &checkpoint.ffn_output}) {
    CHECK(share_of_zeros(linear->weights) == Approx(0.5).margin(0.03));
  }
  CHECK(share_of_zeros(checkpoint.hidden_in.weights) < 0.01);
  CHECK(share_of_zeros(checkpoint.off_ramps.front().pooler.weights) < 0.01);
  options.encoder_sparsity = 1;
  CHECK(share_of_zeros(checkpoint_of(options).query.weights) == 1);
}

TEST_CASE("random checkpoint: a span of 0 is a head that is off, by distance and by position") {
  for (const SpanIndex index : {SpanIndex::distance, SpanIndex::position}) {
    for (const SpanForm form : {SpanForm::all_keys, SpanForm::in_span}) {
      RandomCheckpointOptions options = small();
      options.spans = {5, 0, 12, 0};
      options.span_form = form;
      options.span_index = index;
      options.span_ramp = 8;
      const auto image =
          ModelImage::parse(model::compile(checkpoint_of(options), test::ranges, {}).bytes, "f");
      CHECK(image.descriptor().span_form == form);
      CHECK(image.descriptor().span_index == index);
      CHECK(image.descriptor().heads_off[0] == 0b1010);
    }
  }
}

TEST_CASE("random checkpoint: its calibration sentences fill the sequence, its tokenizer the vocabulary") {
  const model::CheckpointFiles files = model::random_checkpoint(small());
  const model::Tokenizer tokenizer(files.tokenizer, model::TextCleaning::albert);
  CHECK(tokenizer.vocabulary() == 500);
  const std::string text = files.calibration.substr(files.calibration.find('\n') + 1);
  const model::Encoding encoding = tokenizer.encode(text.substr(0, text.find('\t')), 24);
  CHECK(encoding.ids.size() == 24);
  CHECK(std::ranges::count(encoding.ids, 1) == 0);  // <unk>
}

TEST_CASE("random checkpoint: English text becomes few pieces of a large vocabulary, characters of a small") {
  const auto pieces = [](std::uint32_t vocabulary) {
    const model::Tokenizer tokenizer(model::letter_tokenizer(vocabulary), model::TextCleaning::albert);
    CHECK(tokenizer.vocabulary() == vocabulary);
    const auto ids = tokenizer.encode("The film's good, isn't it?", 64).ids;
    for (const std::uint16_t id : ids) CHECK(id < vocabulary);
    return ids.size();
  };
  CHECK(pieces(30000) < 18);
  CHECK(pieces(100) > 20);
  CHECK(pieces(65536) <= pieces(30000));
  CHECK(pieces(model::letter_tokenizer_least) > 2);  // <unk> only
}

TEST_CASE("random checkpoint: what cannot be made is refused with the option and its range") {
  CHECK(refusal([](auto& o) { o.heads = 5; }).find("5 heads do not divide hidden = 96") != std::string::npos);
  CHECK(refusal([](auto& o) { o.vocabulary = 5; }).find("vocabulary is 5, allowed are 6 to 65536") !=
        std::string::npos);
  CHECK(refusal([](auto& o) { o.vocabulary = 65537; }).find("allowed are 6 to 65536") != std::string::npos);
  CHECK(refusal([](auto& o) { o.sequence = 513; }).find("sequence is 513") != std::string::npos);
  CHECK(refusal([](auto& o) { o.layers = 0; }).find("layers is 0") != std::string::npos);
  CHECK(refusal([](auto& o) { o.encoder_sparsity = 1.5; }).find("encoder sparsity is 1.5") !=
        std::string::npos);
  CHECK(refusal([](auto& o) { o.embedding_sparsity = std::nan(""); }).find("embedding sparsity is nan") !=
        std::string::npos);
  CHECK(refusal([](auto& o) { o.spans = {1, 2}; }).find("2 spans for 4 heads") != std::string::npos);
  CHECK(refusal([](auto& o) { o.spans = {1, 2, 3, 5000}; }).find("a span is 5000") != std::string::npos);
  CHECK(refusal([](auto& o) { o.activation = Activation::tanh; }).find("activation must be") !=
        std::string::npos);
}
