// SPDX-License-Identifier: Apache-2.0
// The comparison with golden: equal tensors pass, and each way to differ is found and named. The platform is
// played by golden's own tensors, shown as tiles.
#include "sim/check.hpp"

#include <functional>

#include "golden/entropy.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using namespace edgebert::sim;
using golden::TensorKey;

namespace {

const std::vector<std::uint16_t> token_ids = {2, 20, 30, 40, 3};

struct Fixture {
  ModelImage image =
      ModelImage::parse(model::compile(test::TinyCheckpoint().read(), test::ranges, {}).bytes, "tiny");
  golden::Model model{image};
  golden::Forward forward = model.run(token_ids, 5, {});
};

const Fixture& fixture() {
  static const Fixture made;
  return made;
}

mailbox::Result result_of(const golden::Forward& forward) {
  mailbox::Result result{};
  result.exit_layer = forward.exit_layer;
  result.prediction = forward.prediction;
  result.classes = static_cast<std::uint32_t>(forward.logits.back().size());
  std::copy(forward.logits.back().begin(), forward.logits.back().end(), result.logits);
  result.layers = static_cast<std::uint32_t>(forward.entropies.size());
  std::copy(forward.entropies.begin(), forward.entropies.end(), result.entropy);
  return result;
}

Tile::Format format_of(golden::Format format) {
  switch (format) {
    case golden::Format::adaptivfloat:
      return Tile::Format::adaptivfloat;
    case golden::Format::wide:
      return Tile::Format::wide;
    case golden::Format::entropy:
      break;
  }
  return Tile::Format::entropy;
}

/// A tensor as one tile, three rows and columns of padding larger than it is.
void show(SentenceCheck& check, const TensorKey& key, const golden::Tensor& tensor) {
  const std::uint32_t rows = tensor.rows + 3;
  const std::uint32_t columns = tensor.columns + 3;
  std::vector<std::int32_t> values(std::size_t{rows} * columns, 77);
  for (std::uint32_t r = 0; r < tensor.rows; ++r) {
    std::copy(tensor.row(r).begin(), tensor.row(r).end(), values.begin() + std::size_t{r} * columns);
  }
  check.take({key.layer, key.op, key.head, 0, 0, rows, columns, format_of(tensor.encoding.format), values});
  if (tensor.row_scale.empty()) return;
  const std::vector<std::int32_t> scales(tensor.row_scale.begin(), tensor.row_scale.end());
  check.take({key.layer, key.op, key.head, 0, 0, tensor.rows, 1, Tile::Format::row_scale, scales});
}

/// All tensors after a change, compared.
CheckResult compared(const std::function<void(golden::Forward&)>& change, golden::Cache* cache = nullptr) {
  golden::Forward forward = fixture().forward;
  change(forward);
  SentenceCheck check(fixture().model, cache, token_ids, 5, {});
  for (const auto& [key, tensor] : forward.tensors) show(check, key, tensor);
  return check.finish(result_of(forward));
}

const TensorKey query{1, Operator::query, 0};
const TensorKey probabilities{2, Operator::probabilities, 1};

}  // namespace

TEST_CASE("check: equal tensors with padding around them agree") {
  const CheckResult result = compared([](golden::Forward&) {});
  CHECK(result.tensors_compared == fixture().forward.tensors.size());
  CHECK(result.mismatches == 0);
  CHECK(result.first.empty());
}

TEST_CASE("check: the first element that differs is named") {
  const CheckResult result = compared([](golden::Forward& forward) {
    golden::Tensor& tensor = forward.tensors.at(query);
    tensor.values[2 * tensor.columns + 5] ^= 1;
    forward.tensors.at({2, Operator::entropy, 0}).values[0] += 1;
  });
  const std::int32_t expected = fixture().forward.at(query).values[2 * 8 + 5];  // 8: hidden of the tiny model
  CHECK(result.mismatches == 2);
  CHECK(result.first == "layer 1, query: row 2, column 5: expected " + std::to_string(expected) + ", found " +
                            std::to_string(expected ^ 1));
}

TEST_CASE("check: head and row scale are named") {
  const CheckResult result =
      compared([](golden::Forward& forward) { forward.tensors.at(probabilities).row_scale[4] = 9; });
  CHECK(result.mismatches == 1);
  CHECK(result.first == "layer 2, probabilities, head 1: scale of row 4: expected " +
                            std::to_string(fixture().forward.at(probabilities).row_scale[4]) + ", found 9");
}

TEST_CASE("check: a tensor nobody computed is a mismatch, and so is part of one") {
  CHECK(compared([](golden::Forward& forward) { forward.tensors.erase(query); }).first ==
        "layer 1, query: row 0, column 0 was never computed by the platform");
  SentenceCheck check(fixture().model, nullptr, token_ids, 5, {});
  for (const auto& [key, tensor] : fixture().forward.tensors) {
    if (key != query) show(check, key, tensor);
  }
  const auto& values = fixture().forward.at(query).values;
  check.take({1, Operator::query, 0, 0, 0, 4, 8, Tile::Format::adaptivfloat, std::span(values).first(4 * 8)});
  const CheckResult result = check.finish(result_of(fixture().forward));
  CHECK(result.mismatches == 1);
  CHECK(result.first == "layer 1, query: row 4, column 0 was never computed by the platform");
}

TEST_CASE("check: a tensor golden does not have is a mismatch") {
  const CheckResult result = compared([](golden::Forward& forward) {
    forward.tensors[{9, Operator::query, 0}] = forward.tensors.at(query);
  });
  CHECK(result.mismatches == 1);
  CHECK(result.first == "layer 9, query: golden has no such tensor, the platform computed row 0, column 0");
}

TEST_CASE("check: another number format is a mismatch") {
  const CheckResult result =
      compared([](golden::Forward& forward) { forward.tensors.at(query).encoding = golden::wide; });
  CHECK(result.mismatches == 1);
  CHECK(result.first == "layer 1, query: the platform's number format is another than golden's");
}

TEST_CASE("check: firmware's answer is compared too") {
  const CheckResult result = compared([](golden::Forward& forward) {
    forward.exit_layer = 1;
    forward.logits.back()[1] += 1;
  });
  CHECK(result.mismatches == 2);
  CHECK(result.first == "result: exit layer: expected 2, found 1");
}

TEST_CASE("check: answers from the cache find the same element") {
  const test::TemporaryFolder folder;
  golden::Cache cache(folder.path() / "cache");
  const auto change = [](golden::Forward& forward) { forward.tensors.at(query).values[0] ^= 4; };
  const CheckResult without = compared(change);
  for (int i = 0; i < 2; ++i) {
    const CheckResult with = compared(change, &cache);
    CHECK(with.mismatches == 1);
    CHECK(with.first == without.first);
  }
  CHECK(compared([](golden::Forward&) {}, &cache).mismatches == 0);
}

namespace {

/// The tiny model trained in_span: head 0 reaches keys at distances 0, 1 and 2.
const golden::Model& in_span_model() {
  static const golden::Model model = [] {
    test::TinyCheckpoint checkpoint;
    checkpoint.config["span_softmax"] = "in_span";
    return golden::Model(
        ModelImage::parse(model::compile(checkpoint.read(), test::ranges, {}).bytes, "tiny"));
  }();
  return model;
}

/// Everything, but of the scores of layer 1, head 0 only the first keys, after a change.
CheckResult compared_in_span(std::uint32_t keys, const std::function<void(golden::Forward&)>& change = {}) {
  const TensorKey scores{1, Operator::scores, 0};
  golden::Forward forward = in_span_model().run(token_ids, 5, {});
  if (change) change(forward);
  SentenceCheck check(in_span_model(), nullptr, token_ids, 5, {});
  for (const auto& [key, tensor] : forward.tensors) {
    if (key != scores) show(check, key, tensor);
  }
  const golden::Tensor& tensor = forward.at(scores);
  for (std::uint32_t row = 0; row < tensor.rows; ++row) {
    const std::uint32_t shown = row == 0 ? keys : tensor.columns;
    check.take({1, Operator::scores, 0, row, 0, 1, shown, Tile::Format::wide, tensor.row(row).first(shown)});
  }
  return check.finish(result_of(forward));
}

}  // namespace

TEST_CASE("check: scores out of an in_span model's span may be missing or differ, those in span may not") {
  CHECK(compared_in_span(3).mismatches == 0);
  CHECK(compared_in_span(5, [](golden::Forward& forward) {
          golden::Tensor& scores = forward.tensors.at({1, Operator::scores, 0});
          CHECK(scores.values[3] == 0);
          scores.values[3] = 1234;
        }).mismatches == 0);
  CHECK(compared_in_span(2).first ==
        "layer 1, scores, head 0: row 0, column 2 was never computed by the platform");
  CHECK(compared_in_span(5, [](golden::Forward& forward) {
          forward.tensors.at({1, Operator::probabilities, 0}).values[3] = 0x10;
        }).first == "layer 1, probabilities, head 0: row 0, column 3: expected 0, found 16");
}

TEST_CASE("check: query, key and value of a head that is off need not be computed, its context is zero") {
  test::TinyCheckpoint checkpoint;
  checkpoint.tensors[test::reach_tensor] = test::float_tensor({2}, {3.0f, 0.0f});
  const golden::Model model(
      ModelImage::parse(model::compile(checkpoint.read(), test::ranges, {}).bytes, "tiny"));
  const golden::Forward forward = model.run(token_ids, 5, {});
  constexpr std::uint32_t head_size = 4;
  const auto compared_with = [&](std::uint32_t query_columns) {
    SentenceCheck check(model, nullptr, token_ids, 5, {});
    for (const auto& [key, tensor] : forward.tensors) {
      if (key != query) show(check, key, tensor);
    }
    const golden::Tensor& tensor = forward.at(query);
    for (std::uint32_t row = 0; row < tensor.rows; ++row) {
      check.take({1, Operator::query, 0, row, 0, 1, query_columns, Tile::Format::adaptivfloat,
                  tensor.row(row).first(query_columns)});
    }
    return check.finish(result_of(forward));
  };
  CHECK(compared_with(head_size).mismatches == 0);
  CHECK(compared_with(2 * head_size).mismatches == 0);
  CHECK(compared_with(head_size - 1).first ==
        "layer 1, query: row 0, column 3 was never computed by the platform");
}

TEST_CASE(
    "check: a deadline that cannot be met may end a sentence of the conservative policy, nothing else may") {
  test::TinyCheckpoint checkpoint;
  checkpoint.config["num_hidden_layers"] = 4;
  std::erase_if(checkpoint.tensors,
                [](const auto& entry) { return entry.first.find("highway") != std::string::npos; });
  const golden::Model model(
      ModelImage::parse(model::compile(checkpoint.read(), test::ranges, {}).bytes, "tiny"));
  const golden::Forward forward = model.run(token_ids, 5, {});
  const golden::ExitRule rule{.policy = mailbox::ExitPolicy::lai_conservative,
                              .threshold = 1,
                              .predict_layer = 1,
                              .table = {{{0, {0}}}}};
  const auto compared_at = [&](std::uint32_t layer, std::uint32_t flags, mailbox::ExitPolicy policy) {
    golden::ExitRule other = rule;
    other.policy = policy;
    SentenceCheck check(model, nullptr, token_ids, 5, other);
    for (const auto& [key, tensor] : forward.tensors) {
      if (key.layer <= layer) show(check, key, tensor);
    }
    mailbox::Result result = result_of(forward);
    result.exit_layer = result.layers = layer;
    result.predicted_layer = 2;
    result.flags = flags;
    result.prediction = golden::prediction(forward.logits[layer - 1]);
    std::copy(forward.logits[layer - 1].begin(), forward.logits[layer - 1].end(), result.logits);
    return check.finish(result).mismatches;
  };
  constexpr std::uint32_t infeasible = mailbox::result_flags::deadline_infeasible;
  using enum mailbox::ExitPolicy;
  CHECK(compared_at(4, 0, lai_conservative) == 0);
  CHECK(compared_at(3, infeasible, lai_conservative) == 0);
  CHECK(compared_at(2, infeasible, lai_conservative) == 0);
  CHECK(compared_at(3, 0, lai_conservative) != 0);
  CHECK(compared_at(1, infeasible, lai_conservative) != 0);
  CHECK(compared_at(2, 0, lai) == 0);
  CHECK(compared_at(3, infeasible, lai) != 0);
}
