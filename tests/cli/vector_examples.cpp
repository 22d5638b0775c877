// SPDX-License-Identifier: Apache-2.0
// Prints tests/data/vectors/golden_n16.jsonl: cases for every unit, in exact numerics. Inputs are random,
// expected values come from golden, expected cycles from the published model's measured formulas where it
// knows such a command (codes in, codes out), written out here once more.
#include <cstdio>
#include <random>

#include <nlohmann/json.hpp>

#include "golden/adaptivfloat.hpp"
#include "golden/element_add.hpp"
#include "golden/entropy.hpp"
#include "golden/layernorm.hpp"
#include "golden/product.hpp"
#include "golden/softmax.hpp"

using namespace edgebert;
using Json = nlohmann::ordered_json;

namespace {

constexpr unsigned lanes = 16;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  std::int32_t between(std::int32_t least, std::int32_t most) {
    return least + static_cast<std::int32_t>(engine_() % static_cast<std::uint32_t>(most - least + 1));
  }
  /// Codes, a quarter of them zero.
  std::vector<std::int32_t> codes(std::size_t count) {
    std::vector<std::int32_t> values(count);
    for (auto& value : values) value = between(0, 3) == 0 ? 0 : between(0, 255);
    return values;
  }
  std::vector<std::int32_t> words(std::size_t count, std::int32_t spread) {
    std::vector<std::int32_t> values(count);
    for (auto& value : values) value = between(-spread, spread);
    return values;
  }

 private:
  std::mt19937 engine_;
};

std::vector<std::uint8_t> bytes_of(const std::vector<std::int32_t>& codes) {
  return {codes.begin(), codes.end()};
}

Json rows_of(std::span<const std::int32_t> values, std::size_t columns) {
  Json rows = Json::array();
  for (std::size_t at = 0; at < values.size(); at += columns) rows.push_back(values.subspan(at, columns));
  return rows;
}

void print(const Json& one) {
  std::printf("%s\n", one.dump().c_str());
}

void product_case(Random& random, Activation activation, const char* name, bool by_row) {
  constexpr std::uint32_t rows = 20, columns = 9, reduction = 35;
  const auto a = random.codes(rows * reduction), b = random.codes(columns * reduction);
  std::vector<std::int16_t> biases;
  for (std::uint32_t i = 0; i < (by_row ? rows : columns); ++i)
    biases.push_back(static_cast<std::int16_t>(random.between(-3000, 3000)));
  constexpr std::uint32_t scale = 300'000;
  golden::Saturations saturations;
  const auto output = golden::product(
      golden::decode_matrix(bytes_of(a), rows, reduction, 2),
      golden::decode_matrix(bytes_of(b), columns, reduction, 3),
      {.scale = {scale},
       .channel_bias = biases,
       .channel_bias_fraction = 9,
       .bias_axis = by_row ? golden::ProductStep::BiasAxis::row : golden::ProductStep::BiasAxis::column,
       .activation = activation,
       .output = by_row ? golden::wide : golden::adaptivfloat(4)},
      saturations);
  Json one = {{"unit", "product"},
              {"V", lanes},
              {"a_bias", 2},
              {"A", rows_of(a, reduction)},
              {"b_bias", 3},
              {"B", rows_of(b, reduction)},
              {"scale", scale},
              {"channel_bias_axis", by_row ? "row" : "column"},
              {"channel_bias", biases},
              {"channel_bias_fraction", 9},
              {"activation", name}};
  if (!by_row) one["output_bias"] = 4;
  one["Out"] = rows_of(output.values, columns);
  print(one);
}

void softmax_case(Random& random, SpanForm form, const char* name) {
  constexpr std::uint32_t rows = 3, columns = 21, first_row = 5;
  const auto scores = random.words(rows * columns, 20'000);
  std::vector<std::int32_t> span;
  for (std::int32_t code = 0x70; code >= 0x10; code -= 0x0c) span.push_back(code);  // fades out, bias 3
  const auto span_bytes = bytes_of(span);
  const golden::SpanMask mask{.form = form, .index = SpanIndex::distance, .codes = span_bytes};
  golden::Saturations saturations;
  std::vector<std::int32_t> output;
  std::vector<std::uint32_t> scales;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const auto row =
        golden::softmax(std::span(scores).subspan(r * columns, columns), first_row + r, mask, saturations);
    output.insert(output.end(), row.codes.begin(), row.codes.end());
    scales.push_back(row.row_scale);
  }
  Json one = {
      {"unit", "softmax"}, {"V", lanes}, {"first_row", first_row}, {"scores", rows_of(scores, columns)}};
  if (form != SpanForm::none) {
    one["span_form"] = name;
    one["span"] = span;
  }
  one["Out"] = rows_of(output, columns);
  one["row_scale"] = scales;
  print(one);
}

void layernorm_case(Random& random, bool adds) {
  constexpr std::uint32_t rows = 4, features = 48, vectors = features / lanes;
  const auto a = random.codes(rows * features);
  const auto b = random.words(rows * features, 9'000);
  const auto gamma = bytes_of(random.codes(features)), beta = bytes_of(random.codes(features));
  const golden::LayernormStep step{.gamma = gamma,
                                   .gamma_bias = 3,
                                   .beta = beta,
                                   .beta_bias = 2,
                                   .epsilon = 17,
                                   .output = golden::adaptivfloat(5)};
  golden::Saturations saturations;
  std::vector<std::int32_t> output;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const golden::Operand a_row{std::span(a).subspan(r * features, features), golden::adaptivfloat(4)};
    const golden::Operand b_row{std::span(b).subspan(r * features, features), golden::wide};
    const auto row = golden::layernorm(a_row, adds ? std::optional(b_row) : std::nullopt, step, saturations);
    output.insert(output.end(), row.begin(), row.end());
  }
  Json one = {{"unit", "layernorm"}, {"V", lanes}, {"a_bias", 4}, {"A", rows_of(a, features)}};
  if (adds) one["B"] = rows_of(b, features);
  one["gamma"] = gamma;
  one["gamma_bias"] = 3;
  one["beta"] = beta;
  one["beta_bias"] = 2;
  one["epsilon"] = 17;
  one["output_bias"] = 5;
  one["Out"] = rows_of(output, features);
  if (!adds) one["cycles"] = rows * (47 * vectors + 2) + 8;
  print(one);
}

void add_case(Random& random, bool wide) {
  constexpr std::uint32_t rows = 3, features = 40, vectors = 3;
  const auto a = random.codes(rows * features), b = random.codes(rows * features);
  golden::Saturations saturations;
  const auto output = golden::element_add({a, golden::adaptivfloat(3)}, {b, golden::adaptivfloat(5)},
                                          wide ? golden::wide : golden::adaptivfloat(4), saturations);
  Json one = {{"unit", "add"}, {"V", lanes},
              {"a_bias", 3},   {"A", rows_of(a, features)},
              {"b_bias", 5},   {"B", rows_of(b, features)}};
  if (!wide) one["output_bias"] = 4;
  one["Out"] = rows_of(output, features);
  if (!wide) one["cycles"] = rows * (36 * vectors + 2) + 7;
  print(one);
}

void entropy_case(Random& random, std::uint32_t classes) {
  const auto logits = random.words(classes, 12'000);
  const std::uint32_t entropy = golden::entropy(logits), threshold = 40'000;
  print({{"unit", "entropy"},
         {"V", lanes},
         {"logits", logits},
         {"threshold", threshold},
         {"entropy", entropy},
         {"exit", golden::exits(entropy, threshold) ? 1 : 0}});
}

}  // namespace

int main() {
  Random random(4);
  product_case(random, Activation::gelu_new, "gelu_new", false);
  product_case(random, Activation::none, "none", true);
  softmax_case(random, SpanForm::none, "none");
  softmax_case(random, SpanForm::all_keys, "all_keys");
  softmax_case(random, SpanForm::in_span, "in_span");
  layernorm_case(random, false);
  layernorm_case(random, true);
  add_case(random, false);
  add_case(random, true);
  entropy_case(random, 2);
  entropy_case(random, 3);
  entropy_case(random, 40);
}
