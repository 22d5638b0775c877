// SPDX-License-Identifier: Apache-2.0
#include "sim/vector_case.hpp"

#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "platform/config/text.hpp"
#include "sim/case_fields.hpp"
#include "sim/inputs.hpp"

namespace edgebert::sim {
namespace {

using nlohmann::json;

constexpr Bounds size_bounds{1, 1 << 20};
constexpr Bounds any_word{0, UINT32_MAX};
constexpr Bounds scale_bounds{0, scale_one};
constexpr Bounds bias_16_bounds{-32768, 32767};

template <typename To>
std::vector<To> converted(const std::vector<std::int64_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

std::uint32_t size_of(CaseFields& fields, const char* key) {
  return static_cast<std::uint32_t>(fields.integer(key, size_bounds));
}

MatmulCase matmul_of(CaseFields& fields, std::uint32_t lanes) {
  const std::uint32_t n0 = size_of(fields, "N0");
  const std::uint32_t m = size_of(fields, "M");
  const std::uint32_t n1 = size_of(fields, "N1");
  MatmulCase matmul;
  matmul.a = fields.codes("A", 0, n0, m);
  matmul.b = fields.codes("B", 0, n1, m);
  matmul.relu = fields.integer("is_relu", flag_bounds) != 0;
  matmul.adds_bias = fields.integer("is_bias", flag_bounds) != 0;
  matmul.bias = static_cast<std::int32_t>(fields.integer("weight_bias", {-128, 127}));
  matmul.shift = static_cast<unsigned>(fields.integer("accum_right_shift", {0, 31}));
  const auto output_bias = static_cast<unsigned>(fields.integer("adf_accum_bias", exponent_bias_bounds));
  matmul.output = fields.codes("Out", output_bias, n1, n0);
  fields.ignore("base_output");
  if (!fields.has("masks")) {
    fields.ignore("masks");
    return matmul;
  }
  matmul.masks = fields.bit_words("masks", lanes, std::size_t{n1} * ((n0 + lanes - 1) / lanes));
  return matmul;
}

ProductCase product_of(CaseFields& fields, std::uint32_t) {
  ProductCase product;
  product.a = fields.codes("A", static_cast<unsigned>(fields.integer("a_bias", exponent_bias_bounds)), 0, 0);
  product.b = fields.codes("B", static_cast<unsigned>(fields.integer("b_bias", exponent_bias_bounds)), 0,
                           product.a.columns);
  product.scale = static_cast<std::uint32_t>(fields.integer("scale", scale_bounds, scale_one));
  if (fields.has("row_scale")) {
    product.row_scales =
        converted<std::int32_t>(fields.list("row_scale", {0, 2 * scale_one - 1}, product.a.rows));
  }
  fields.ignore("row_scale");
  product.bias_axis =
      static_cast<ProductCase::BiasAxis>(fields.choice("channel_bias_axis", {"none", "column", "row"}, 0));
  if (product.bias_axis != ProductCase::BiasAxis::none) {
    const bool by_row = product.bias_axis == ProductCase::BiasAxis::row;
    product.channel_biases = converted<std::int32_t>(
        fields.list("channel_bias", bias_16_bounds, by_row ? product.a.rows : product.b.rows));
    product.bias_fraction =
        static_cast<std::uint32_t>(fields.integer("channel_bias_fraction", {0, channel_bias_fraction_max}));
  }
  product.activation =
      static_cast<Activation>(fields.choice("activation", {"none", "relu", "gelu_new", "gelu", "tanh"}, 0));
  product.output = fields.matrix("Out", "output_bias", product.a.rows, product.b.rows);
  return product;
}

SoftmaxCase softmax_of(CaseFields& fields, std::uint32_t) {
  SoftmaxCase softmax;
  softmax.scores = fields.words("scores", 0, 0);
  const std::uint32_t rows = softmax.scores.rows;
  const std::uint32_t columns = softmax.scores.columns;
  softmax.first_key = static_cast<std::uint32_t>(fields.integer("first_key", {0, 4095}, 0));
  softmax.keys = static_cast<std::uint32_t>(fields.integer("keys", {1, 8192}, softmax.first_key + columns));
  softmax.first_row = static_cast<std::uint32_t>(fields.integer("first_row", {0, 4095}, 0));
  softmax.span_form = static_cast<SpanForm>(fields.choice("span_form", {"none", "all_keys", "in_span"}, 0));
  softmax.span_index = static_cast<SpanIndex>(fields.choice("span_index", {"distance", "position"}, 0));
  if (softmax.span_form != SpanForm::none)
    softmax.span = converted<std::int32_t>(fields.list("span", code_bounds, 0));
  softmax.output = fields.codes("Out", probability_bias, rows, columns);
  softmax.row_scales = converted<std::int32_t>(fields.list("row_scale", {0, 2 * scale_one - 1}, rows));
  return softmax;
}

LayernormCase layernorm_of(CaseFields& fields, std::uint32_t) {
  LayernormCase layernorm;
  layernorm.a = fields.matrix("A", "a_bias", 0, 0);
  const auto [rows, features] = std::pair(layernorm.a.rows, layernorm.a.columns);
  if (fields.has("B")) layernorm.b = fields.matrix("B", "b_bias", rows, features);
  const auto parameter = [&](const char* key) {
    return converted<std::int32_t>(fields.list(key, code_bounds, features));
  };
  layernorm.gamma = parameter("gamma");
  layernorm.gamma_bias = static_cast<unsigned>(fields.integer("gamma_bias", exponent_bias_bounds));
  layernorm.beta = parameter("beta");
  layernorm.beta_bias = static_cast<unsigned>(fields.integer("beta_bias", exponent_bias_bounds));
  layernorm.epsilon = static_cast<std::uint32_t>(fields.integer("epsilon", any_word));
  const auto output_bias = static_cast<unsigned>(fields.integer("output_bias", exponent_bias_bounds));
  layernorm.output = fields.codes("Out", output_bias, rows, features);
  fields.ignore("B");
  return layernorm;
}

AddCase add_of(CaseFields& fields, std::uint32_t) {
  AddCase add;
  add.a = fields.matrix("A", "a_bias", 0, 0);
  add.b = fields.matrix("B", "b_bias", add.a.rows, add.a.columns);
  add.output = fields.matrix("Out", "output_bias", add.a.rows, add.a.columns);
  return add;
}

EntropyCase entropy_of(CaseFields& fields, std::uint32_t) {
  EntropyCase entropy;
  entropy.logits = {.rows = 1,
                    .columns = 0,
                    .values = converted<std::int32_t>(fields.list("logits", word_bounds, 0)),
                    .bias = {}};
  entropy.logits.columns = static_cast<std::uint32_t>(entropy.logits.values.size());
  entropy.threshold = static_cast<std::uint32_t>(fields.integer("threshold", any_word, 0));
  entropy.entropy = static_cast<std::uint32_t>(fields.integer("entropy", any_word));
  const auto exits = fields.optional_integer("exit", flag_bounds);
  if (exits) entropy.exits = *exits != 0;
  return entropy;
}

using Body = decltype(VectorCase::body);

const std::map<std::string, std::function<Body(CaseFields&, std::uint32_t)>>& readers() {
  static const std::map<std::string, std::function<Body(CaseFields&, std::uint32_t)>> all = {
      {"matmul", matmul_of},       {"product", product_of}, {"softmax", softmax_of},
      {"layernorm", layernorm_of}, {"add", add_of},         {"entropy", entropy_of}};
  return all;
}

/// One JSON object, without a key that stands twice: the second would silently replace the first.
json object_of(const TextLine& line) {
  std::set<std::string> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1 && !keys.insert(parsed.get<std::string>()).second) {
      throw Error(Failure::input,
                  fmt::format("{}: duplicate key '{}'", line.place, printable(parsed.get<std::string>())));
    }
    return true;
  };
  try {
    json object = json::parse(line.text, watch);
    if (!object.is_object()) throw Error(Failure::input, line.place + ": expected a JSON object, one a line");
    return object;
  } catch (const json::parse_error& problem) {
    throw Error(Failure::input,
                fmt::format("{}: not JSON at byte {}; expected one object a line", line.place, problem.byte));
  }
}

VectorCase case_of(const TextLine& line, std::uint32_t lanes) {
  const json object = object_of(line);
  CaseFields fields(object, line.place);
  VectorCase one{.place = line.place, .unit = "matmul", .lanes = lanes, .cycles = {}, .body = {}};
  if (fields.has("unit")) {
    std::vector<std::string> names;
    for (const auto& [name, reader] : readers()) names.push_back(name);
    one.unit = names[fields.choice("unit", names, 0)];
  }
  fields.ignore("unit");
  const bool must_say = one.unit == "matmul";
  const auto found = must_say ? fields.integer("V", {2, 64}) : fields.integer("V", {2, 64}, lanes);
  if ((found & (found - 1)) != 0) fields.refuse("V", "2, 4, 8, 16, 32 or 64", found);
  one.lanes = static_cast<std::uint32_t>(found);
  one.cycles = fields.optional_integer("cycles", {0, INT64_MAX});
  one.body = readers().at(one.unit)(fields, one.lanes);
  for (const char* note : {"name", "note", "source", "seed", "density"}) fields.ignore(note);
  fields.finish();
  return one;
}

}  // namespace

std::vector<VectorCase> read_vector_cases(const std::filesystem::path& file, std::uint32_t lanes) {
  std::vector<VectorCase> cases;
  for (const TextLine& line : lines_of(file, "vector file")) {
    if (!is_blank(line.text)) cases.push_back(case_of(line, lanes));
  }
  if (cases.empty()) throw Error(Failure::input, fmt::format("vector file '{}' has no case", file.string()));
  return cases;
}

}  // namespace edgebert::sim
