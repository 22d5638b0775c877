// SPDX-License-Identifier: Apache-2.0
// Golden answers kept on disk by content: a sentence that was computed once with this image and threshold is
// not computed again. Of each tensor only a 64-bit digest is kept (about 10 KB a sentence instead of
// megabytes); when a digest differs, run the model again and compare the tensors to find the first element
// that differs. An entry that is missing, truncated, corrupted or of another version counts as not there.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "golden/encoder.hpp"

namespace edgebert::golden {

/// Raised whenever docs/numerics.md or the set of tensors changes.
inline constexpr const char* golden_version = "2";

/// What is kept of a forward run.
struct Answer {
  Digests digests;
  std::uint32_t exit_layer = 0;
  std::uint32_t prediction = 0;
  std::vector<std::vector<std::int32_t>> logits;  ///< Q8.12, one row a computed layer
  std::vector<std::uint32_t> entropies;           ///< Q16.16 nats, one a computed layer

  bool operator==(const Answer&) const = default;
};

/// The digests of all tensors of a run, and its results.
Answer answer_of(const Forward& forward);

/// A directory of answers. Several processes may share one.
class Cache {
 public:
  static constexpr std::uint64_t default_capacity = std::uint64_t{256} << 20;

  /// @param capacity  bytes; the oldest entries make room for new ones
  /// @throws Error(Failure::input) if the directory cannot be made
  explicit Cache(std::filesystem::path directory, std::uint64_t capacity = default_capacity);

  /// The answer from disk, or from the model, which is then stored. A disk that cannot be written only costs
  /// time.
  Answer answer(const Model& model, std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                std::uint32_t exit_threshold);

  /// SHA-256 over image hash, token ids, first segment, threshold and golden_version.
  static std::string key(const std::string& image_hash, std::span<const std::uint16_t> token_ids,
                         std::uint32_t first_segment, std::uint32_t exit_threshold);
  std::optional<Answer> find(const std::string& key) const;
  /// @throws Error(Failure::input) if the entry cannot be written
  void store(const std::string& key, const Answer& answer);

 private:
  std::filesystem::path path_of(const std::string& key) const;
  void make_room(std::uint64_t bytes);

  std::filesystem::path directory_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;  ///< bytes of all entries, as far as this process knows
};

}  // namespace edgebert::golden
