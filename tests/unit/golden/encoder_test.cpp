// SPDX-License-Identifier: Apache-2.0
// The whole network: structure on a small random model in every variant, each site held against the float
// forward run; then the shipped checkpoint against its reference logits.
#include "golden/encoder.hpp"

#include <algorithm>
#include <cmath>

#include <unistd.h>

#include "contract/error.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/cache.hpp"
#include "golden/entropy.hpp"
#include "model/compile.hpp"
#include "tests/test.hpp"
#include "tests/unit/golden/dev_reference.hpp"
#include "tests/unit/golden/tiny_checkpoint.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

const std::vector<std::uint16_t> sentence{2, 11, 39, 0, 25, 7, 7, 30, 3};
constexpr std::uint32_t first_segment = 5;
constexpr std::uint32_t tokens = 9;

constexpr Operator operator_of[site_count] = {Operator::embedding_norm,
                                              Operator::hidden_in,
                                              Operator::query,
                                              Operator::key,
                                              Operator::value,
                                              Operator::context,
                                              Operator::attention_output,
                                              Operator::attention_norm,
                                              Operator::ffn_inner,
                                              Operator::ffn_output,
                                              Operator::layer_output,
                                              Operator::pooled};

// A tensor's values as real numbers, `value` turned back to tokens x features.
std::vector<double> reals(const Tensor& tensor, bool transpose) {
  std::vector<double> values;
  const std::uint32_t outer = transpose ? tensor.columns : tensor.rows;
  const std::uint32_t inner = transpose ? tensor.rows : tensor.columns;
  for (std::uint32_t i = 0; i < outer; ++i) {
    for (std::uint32_t j = 0; j < inner; ++j) {
      const std::int32_t code = transpose ? tensor.row(j)[i] : tensor.row(i)[j];
      values.push_back(decode(static_cast<std::uint8_t>(code), tensor.encoding.bias));
    }
  }
  return values;
}

// Zeroes the features of heads that are off in tokens x features.
void clear_heads_off(std::vector<float>& values, const ModelDescriptor& model) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t head = i % model.hidden / model.head_size;
    if ((model.heads_off[0] >> head & 1) != 0) values[i] = 0;
  }
}

// Root of the mean square of the difference over that of the reference.
double relative_error(const std::vector<double>& values, std::span<const float> reference) {
  REQUIRE(values.size() == reference.size());
  double difference = 0;
  double magnitude = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    difference += (values[i] - reference[i]) * (values[i] - reference[i]);
    magnitude += double{reference[i]} * reference[i];
  }
  return std::sqrt(difference / magnitude);
}

// Every site of every layer stays near the float run. Numbers with 4 mantissa bits are off by 2 % each and
// random weights amplify that layer by layer; a wrong head, row, transposition or bias is off by 100 % and
// more.
void check_sites(const TinyModel& tiny) {
  const Model model(*tiny.image);
  const Forward forward = model.run(sentence, first_segment, 0);
  std::uint8_t calls[site_count] = {};
  const Fp32Forward reference = tiny.fp32->run(sentence, first_segment, [&](Site site, auto values) {
    const auto index = static_cast<std::size_t>(site);
    const bool embedding = site <= Site::hidden_in;
    const std::uint8_t layer = embedding ? embedding_layer : ++calls[index];
    CAPTURE(name_of(operator_of[index]), unsigned{layer});
    const Tensor& tensor = forward.at({layer, operator_of[index]});
    const bool of_heads = site == Site::query || site == Site::key || site == Site::value;
    std::vector<float> expected(values.begin(), values.end());
    if (of_heads) clear_heads_off(expected, model.descriptor());
    CHECK(relative_error(reals(tensor, site == Site::value), expected) < 0.3);
  });
  for (std::size_t layer = 0; layer < forward.logits.size(); ++layer) {
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(std::fabs(forward.logits[layer][c] / 4096.0 - reference.logits[layer][c]) < 0.4);
    }
  }
}

const TinyModel& plain_model() {
  static const TinyModel model({}, {sentence}, first_segment);
  return model;
}

}  // namespace

TEST_CASE("encoder: every site follows the float run in every variant") {
  check_sites(plain_model());
  TinyOptions options;
  options.shared_off_ramp = true;
  options.activation = "relu";
  check_sites({options, {sentence}, first_segment});
  options.activation = "gelu";
  options.reach = {6, 3.5f, 0, 4};
  check_sites({options, {sentence}, first_segment});
  options.span_softmax = "in_span";
  check_sites({options, {sentence}, first_segment});
  options.span_index = "position";
  options.reach = {16, 13.5f, 14, 17};
  check_sites({options, {sentence}, first_segment});
}

TEST_CASE("encoder: the tensors of a run and their shapes") {
  const Forward forward = Model(*plain_model().image).run(sentence, first_segment, 0);
  const auto shape = [&](std::uint8_t layer, Operator op, std::uint8_t head = 0) {
    const Tensor& tensor = forward.at({layer, op, head});
    CHECK(tensor.values.size() == tensor.rows * tensor.columns);
    return std::pair(tensor.rows, tensor.columns);
  };
  using Shape = std::pair<std::uint32_t, std::uint32_t>;
  CHECK(shape(0, Operator::embedding_sum) == Shape{tokens, 24});
  CHECK(shape(0, Operator::embedding_norm) == Shape{tokens, 24});
  CHECK(shape(0, Operator::hidden_in) == Shape{tokens, 32});
  for (std::uint8_t layer = 1; layer <= 3; ++layer) {
    CHECK(shape(layer, Operator::query) == Shape{tokens, 32});
    CHECK(shape(layer, Operator::value) == Shape{32, tokens});
    CHECK(shape(layer, Operator::scores, 3) == Shape{tokens, tokens});
    CHECK(shape(layer, Operator::probabilities, 3) == Shape{tokens, tokens});
    CHECK(forward.at({layer, Operator::probabilities, 3}).row_scale.size() == tokens);
    CHECK(shape(layer, Operator::context) == Shape{tokens, 32});
    CHECK(shape(layer, Operator::ffn_inner) == Shape{tokens, 48});
    CHECK(shape(layer, Operator::pooled) == Shape{1, 32});
    CHECK(shape(layer, Operator::logits) == Shape{1, 3});
    CHECK(shape(layer, Operator::entropy) == Shape{1, 1});
  }
  CHECK(forward.tensors.size() == 3 + 3 * (12 + 2 * 4));
  CHECK(forward.exit_layer == 3);
  CHECK(forward.at({2, Operator::entropy}).values[0] == static_cast<std::int32_t>(forward.entropies[1]));
  CHECK(forward.at({2, Operator::logits}).values == forward.logits[1]);
  CHECK(forward.prediction == prediction(forward.logits[2]));
  CHECK_THROWS_AS(forward.at({4, Operator::query}), Error);
}

TEST_CASE("encoder: a head that is off has no scores and a context of zeros") {
  TinyOptions options;
  options.reach = {6, 3.5f, 0, 4};
  const TinyModel tiny(options, {sentence}, first_segment);
  const Forward forward = Model(*tiny.image).run(sentence, first_segment, 0);
  CHECK(forward.tensors.contains({1, Operator::scores, 1}));
  CHECK_FALSE(forward.tensors.contains({1, Operator::scores, 2}));
  CHECK_FALSE(forward.tensors.contains({1, Operator::probabilities, 2}));
  const Tensor& context = forward.at({1, Operator::context});
  for (std::uint32_t r = 0; r < tokens; ++r) {
    const auto head = context.row(r).subspan(16, 8);
    CHECK(std::all_of(head.begin(), head.end(), [](std::int32_t code) { return code == 0; }));
    const auto next = context.row(r).subspan(24, 8);
    CHECK(std::any_of(next.begin(), next.end(), [](std::int32_t code) { return code != 0; }));
  }
}

TEST_CASE("encoder: an early exit is the beginning of the full run") {
  const Model model(*plain_model().image);
  const Forward full = model.run(sentence, first_segment, 0);
  const std::uint32_t first = full.entropies[0];
  REQUIRE(first > 0);
  const Forward early = model.run(sentence, first_segment, first + 1);
  CHECK(early.exit_layer == 1);
  CHECK(early.prediction == prediction(full.logits[0]));
  CHECK(early.tensors.size() == 3 + 12 + 2 * 4);
  for (const auto& [key, tensor] : early.tensors) CHECK(digest(tensor) == digest(full.at(key)));
  // Exactly at the threshold it goes on.
  CHECK(model.run(sentence, first_segment, first).exit_layer > 1);
}

TEST_CASE("encoder: input outside the model is refused") {
  const Model model(*plain_model().image);
  CHECK_THROWS_AS(model.run({}, 0, 0), Error);
  const std::vector<std::uint16_t> unknown{2, 30000, 3};
  CHECK_THROWS_AS(model.run(unknown, 3, 0), Error);
  const std::vector<std::uint16_t> long_sentence(17, 5);
  CHECK_THROWS_AS(model.run(long_sentence, 17, 0), Error);
}

TEST_CASE("encoder: the cache answers as the model does") {
  const Model model(*plain_model().image);
  const auto folder =
      std::filesystem::temp_directory_path() / ("edgebert-encoder-test-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  Cache cache(folder);
  const Answer expected = answer_of(model.run(sentence, first_segment, 0));
  CHECK(cache.answer(model, sentence, first_segment, 0) == expected);
  CHECK(cache.find(Cache::key(model.hash(), sentence, first_segment, 0)) == expected);
  CHECK(cache.answer(model, sentence, first_segment, 0) == expected);
  std::filesystem::remove_all(folder);
}

// Largest magnitudes that the float model shows over checkpoints/sst2-small/calibration.tsv. The mean error
// of a logit over the whole development set is below 0.04 at every off-ramp (docs/accuracy.md).
TEST_CASE("encoder: the shipped checkpoint stays near its reference logits") {
  const model::ActivationRanges ranges{6.1568f,  2.54675f, 7.04494f, 5.34237f, 5.7304f,  5.45914f,
                                       11.0159f, 4.74327f, 6.59441f, 4.50687f, 4.72932f, 0.999996f};
  const auto image = ModelImage::parse(
      model::compile(model::read_checkpoint(shipped_checkpoint()), ranges, {}).bytes, "sst2-small");
  const Model model(image);
  const DevReference reference = dev_reference();
  double error = 0;
  std::size_t logits = 0;
  for (std::size_t s = 0; s < reference.token_ids.size(); s += 100) {
    const auto& ids = reference.token_ids[s];
    const Forward forward = model.run(ids, static_cast<std::uint32_t>(ids.size()), 0);
    for (std::size_t layer = 0; layer < reference.layers; ++layer) {
      for (std::size_t c = 0; c < reference.classes; ++c, ++logits) {
        error += std::fabs(forward.logits[layer][c] / 4096.0 - reference.logit(s, layer, c));
      }
    }
  }
  CHECK(error / static_cast<double>(logits) < 0.06);
}
