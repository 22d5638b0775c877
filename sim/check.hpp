// SPDX-License-Identifier: Apache-2.0
// The platform's tensors against golden's, element by element and exactly. Rows and columns of padding are
// not compared; every element golden has must have been shown by a unit. Two exceptions. The context of a
// head that is off is a block of zero codes no unit computes, so golden's zeros there may stay unseen
// (attention_output would differ if they were not zeros); so may, in an in_span model, the zero probabilities
// of keys out of span. And what nothing reads (golden::Model::reads) may stay unseen and is not compared.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/mailbox.hpp"
#include "golden/cache.hpp"
#include "golden/encoder.hpp"
#include "golden/exit_rules.hpp"
#include "sim/tensor_assembly.hpp"

namespace edgebert::sim {

/// What a comparison found.
struct CheckResult {
  std::uint64_t tensors_compared = 0;
  std::uint64_t mismatches = 0;  ///< tensors or results that differ, are incomplete or should not exist
  std::string first;             ///< the first of them in the order of computation, one line
  CheckResult& operator+=(const CheckResult& other);
};

/// Collects the tiles of one sentence.
class SentenceCheck {
 public:
  /// Computes golden's answer, or takes it from the cache.
  SentenceCheck(const golden::Model& model, golden::Cache* cache, std::vector<std::uint16_t> token_ids,
                std::uint32_t first_segment, const golden::ExitRule& rule);

  void take(const Tile& tile);

  /// Compares everything, once, after the sentence's last tile. Where a deadline that cannot be met ended a
  /// sentence of the conservative policy, behind its predicted layer and in front of golden's exit, what was
  /// computed up to there is compared.
  CheckResult finish(const mailbox::Result& result);

 private:
  void add_mismatch(std::string what);
  void compare(const golden::TensorKey& key, const golden::Digest& expected);
  void compare_elements(const golden::TensorKey& key, const TensorAssembly& found);
  void compare_result(const mailbox::Result& result);
  const golden::Forward& forward();
  void apply(const golden::ExitRule& rule);
  void leave_behind(std::uint32_t layer);
  void allow_deadline_to_end_it(const mailbox::Result& result);
  bool may_stay_unseen(const golden::TensorKey& key, std::uint32_t row, std::uint32_t column) const;

  const golden::Model& model_;
  std::vector<std::uint16_t> token_ids_;
  std::uint32_t first_segment_;
  std::uint32_t exit_threshold_;  ///< of golden's run
  mailbox::ExitPolicy policy_;
  std::optional<std::uint32_t> predicted_layer_;
  std::optional<golden::Forward> forward_;
  golden::Answer answer_;
  std::map<golden::TensorKey, TensorAssembly> collected_;
  std::map<golden::TensorKey, std::string> unexpected_;
  CheckResult result_;
};

}  // namespace edgebert::sim
