// SPDX-License-Identifier: Apache-2.0
#include "sim/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "golden/entropy.hpp"

namespace edgebert::sim {
CheckResult& CheckResult::operator+=(const CheckResult& other) {
  tensors_compared += other.tensors_compared;
  mismatches += other.mismatches;
  if (first.empty()) first = other.first;
  return *this;
}

SentenceCheck::SentenceCheck(const golden::Model& model, golden::Cache* cache,
                             std::vector<std::uint16_t> token_ids, std::uint32_t first_segment,
                             const golden::ExitRule& rule)
    : model_(model),
      token_ids_(std::move(token_ids)),
      first_segment_(first_segment),
      exit_threshold_(rule.policy == mailbox::ExitPolicy::ee ? rule.threshold : 0),
      policy_(rule.policy) {
  answer_ = cache != nullptr ? cache->answer(model_, token_ids_, first_segment_, exit_threshold_)
                             : golden::answer_of(forward());
  apply(rule);
  for (const auto& [key, digest] : answer_.digests) {
    collected_.emplace(key, TensorAssembly(key, digest.rows, digest.columns, digest.format));
  }
}

const golden::Forward& SentenceCheck::forward() {
  if (!forward_) forward_ = model_.run(token_ids_, first_segment_, exit_threshold_);
  return *forward_;
}

/// Golden's own run leaves by the threshold or computes all layers; every other policy takes part of them.
void SentenceCheck::apply(const golden::ExitRule& rule) {
  if (!mailbox::predicts(rule.policy)) return;
  const golden::ExitDecision decision =
      golden::exit_decision(rule.policy, answer_.entropies, rule.threshold, rule.predict_layer, rule.table);
  predicted_layer_ = decision.predicted_layer;
  leave_behind(decision.exit_layer);
}

void SentenceCheck::leave_behind(std::uint32_t layer) {
  answer_.exit_layer = layer;
  answer_.entropies.resize(layer);
  answer_.logits.resize(layer);
  answer_.prediction = golden::prediction(answer_.logits.back());
  const auto behind = [layer](const auto& entry) { return entry.first.layer > layer; };
  std::erase_if(answer_.digests, behind);
  std::erase_if(collected_, behind);
}

/// Golden knows no time: firmware says where.
void SentenceCheck::allow_deadline_to_end_it(const mailbox::Result& result) {
  const bool infeasible = (result.flags & mailbox::result_flags::deadline_infeasible) != 0;
  const bool between = predicted_layer_.value_or(0) <= result.exit_layer &&
                       result.exit_layer < answer_.exit_layer && result.exit_layer != 0;
  if (policy_ == mailbox::ExitPolicy::lai_conservative && infeasible && between)
    leave_behind(result.exit_layer);
}

void SentenceCheck::take(const Tile& tile) {
  const golden::TensorKey key = key_of(tile);
  const auto entry = collected_.find(key);
  if (entry == collected_.end()) {
    unexpected_.try_emplace(
        key, fmt::format("{}: golden has no such tensor, the platform computed row {}, column {}",
                         golden::to_string(key), tile.row, tile.column));
    return;
  }
  entry->second.take(tile, key, model_);
}

CheckResult SentenceCheck::finish(const mailbox::Result& result) {
  allow_deadline_to_end_it(result);
  for (const auto& [key, digest] : answer_.digests) compare(key, digest);
  for (const auto& [key, what] : unexpected_) add_mismatch(what);
  compare_result(result);
  return result_;
}

void SentenceCheck::add_mismatch(std::string what) {
  ++result_.mismatches;
  if (result_.first.empty()) result_.first = std::move(what);
}

bool SentenceCheck::may_stay_unseen(const golden::TensorKey& key, std::uint32_t row,
                                    std::uint32_t column) const {
  if (!model_.reads(key, row, column)) return true;
  if (key.op == Operator::probabilities)
    return !model_.reads({key.layer, Operator::scores, key.head}, row, column);
  if (key.op != Operator::context) return false;
  const ModelDescriptor& model = model_.descriptor();
  const std::uint32_t head = column / model.head_size;
  return (model.heads_off[head / 32] >> (head % 32) & 1) != 0;
}

void SentenceCheck::compare(const golden::TensorKey& key, const golden::Digest& expected) {
  ++result_.tensors_compared;
  const TensorAssembly& found = collected_.at(key);
  if (!found.format_agrees) {
    add_mismatch(
        fmt::format("{}: the platform's number format is another than golden's", golden::to_string(key)));
    return;
  }
  for (std::size_t at = 0; at < found.seen.size(); ++at) {
    const auto row = static_cast<std::uint32_t>(at / expected.columns);
    const auto column = static_cast<std::uint32_t>(at % expected.columns);
    if (found.seen[at] || may_stay_unseen(key, row, column)) continue;
    add_mismatch(fmt::format("{}: row {}, column {} was never computed by the platform",
                             golden::to_string(key), row, column));
    return;
  }
  const auto scale = std::ranges::find(found.scale_seen, false);
  if (scale != found.scale_seen.end()) {
    add_mismatch(fmt::format("{}: the scale of row {} was never computed by the platform",
                             golden::to_string(key), scale - found.scale_seen.begin()));
    return;
  }
  if (golden::digest(found.tensor) != expected) compare_elements(key, found);
}

void SentenceCheck::compare_elements(const golden::TensorKey& key, const TensorAssembly& found) {
  const golden::Tensor& expected = forward().at(key);
  for (std::size_t at = 0; at < expected.values.size(); ++at) {
    if (expected.values[at] == found.tensor.values[at]) continue;
    add_mismatch(fmt::format("{}: row {}, column {}: expected {}, found {}", golden::to_string(key),
                             at / expected.columns, at % expected.columns, expected.values[at],
                             found.tensor.values[at]));
    return;
  }
  for (std::size_t row = 0; row < expected.row_scale.size(); ++row) {
    if (expected.row_scale[row] == found.tensor.row_scale[row]) continue;
    add_mismatch(fmt::format("{}: scale of row {}: expected {}, found {}", golden::to_string(key), row,
                             expected.row_scale[row], found.tensor.row_scale[row]));
    return;
  }
  add_mismatch(fmt::format("{}: differs from the golden cache but not from golden: delete the cache",
                           golden::to_string(key)));
}

void SentenceCheck::compare_result(const mailbox::Result& result) {
  const auto expect = [&](const char* what, std::int64_t expected, std::int64_t found) {
    if (expected != found)
      add_mismatch(fmt::format("result: {}: expected {}, found {}", what, expected, found));
  };
  expect("exit layer", answer_.exit_layer, result.exit_layer);
  expect("predicted exit layer", predicted_layer_.value_or(0), result.predicted_layer);
  expect("prediction", answer_.prediction, result.prediction);
  expect("entropies", static_cast<std::int64_t>(answer_.entropies.size()), result.layers);
  for (std::uint32_t i = 0; i < std::min<std::size_t>(answer_.entropies.size(), result.layers); ++i) {
    expect(fmt::format("entropy after layer {}", i + 1).c_str(), answer_.entropies[i], result.entropy[i]);
  }
  const std::vector<std::int32_t>& logits = answer_.logits.back();
  expect("classes", static_cast<std::int64_t>(logits.size()), result.classes);
  for (std::uint32_t i = 0; i < std::min<std::size_t>(logits.size(), result.classes); ++i) {
    expect(fmt::format("logit {}", i).c_str(), logits[i], result.logits[i]);
  }
}

}  // namespace edgebert::sim
