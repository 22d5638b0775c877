// SPDX-License-Identifier: Apache-2.0
// A checkpoint small enough to try every byte of its image, its tokenizer, and a folder to put it in.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contract/safetensors.hpp"
#include "model/compile.hpp"

namespace edgebert::test {

inline const std::filesystem::path source_dir = EDGEBERT_SOURCE_DIR;
inline const std::filesystem::path shipped_dir = source_dir / "checkpoints/sst2-small";

/// A folder of its own that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The three files of a checkpoint, to be changed before they are written. Vocabulary 70, embedding 8, hidden
/// 8 in 2 heads, feed-forward 16, 2 layers, 16 positions, 2 classes; reaches 3 and 5.5, ramp 4.
struct TinyCheckpoint {
  std::map<std::string, TensorData> tensors;
  nlohmann::json config;
  std::vector<std::uint8_t> tokenizer;

  TinyCheckpoint();
  void write(const std::filesystem::path& folder) const;
  /// Writes into a temporary folder and reads it.
  model::Checkpoint read() const;
};

inline constexpr const char* reach_tensor =
    "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.adaptive_span.reach";

/// F32 tensor of these values.
TensorData float_tensor(const std::vector<std::uint64_t>& shape, const std::vector<float>& values);

/// A unigram SentencePiece model of these pieces behind <pad> <unk> [CLS] [SEP], all of equal score.
std::vector<std::uint8_t> sentencepiece_model(const std::vector<std::string>& pieces);

/// A SentencePiece normalisation table that replaces one ASCII character by a text.
std::string normalisation_of(char character, const std::string& text);

/// The error an action ends with, as "failure: message"; empty if it ends well.
std::string error_of(const std::function<void()>& action);

/// Ranges within one binade of the shipped checkpoint's.
inline constexpr model::ActivationRanges ranges{6.4f,  2.5f, 7.1f, 5.3f,  5.8f, 5.8f,
                                                11.3f, 5.4f, 6.5f, 11.0f, 5.2f, 1.0f};

}  // namespace edgebert::test
