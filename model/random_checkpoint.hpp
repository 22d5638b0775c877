// SPDX-License-Identifier: Apache-2.0
// Checkpoints of random weights and any geometry, for tests and benchmarks: the geometry, zeros and spans are
// real, the answers mean nothing. Equal options give equal bytes on every machine: integer arithmetic, IEEE
// operations and half precision only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::model {

/// What to make; as it stands, ALBERT-base with an off-ramp of its own for each layer, dense, without spans.
struct RandomCheckpointOptions {
  std::uint32_t hidden = 768;
  std::uint32_t heads = 12;
  std::uint32_t intermediate = 3072;
  std::uint32_t embedding = 128;
  std::uint32_t vocabulary = 30000;
  std::uint32_t layers = 12;
  std::uint32_t sequence = 128;  ///< tokens of a padded sentence
  std::uint32_t classes = 2;
  Activation activation = Activation::gelu_new;
  double embedding_sparsity = 0;     ///< share of zeros in the word embeddings, 0 to 1
  double encoder_sparsity = 0;       ///< share of zeros in the encoder's six matrices, 0 to 1
  std::vector<std::uint32_t> spans;  ///< tokens, one a head, 0: the head is off; none: no spans
  SpanForm span_form = SpanForm::all_keys;
  SpanIndex span_index = SpanIndex::distance;
  std::uint32_t span_ramp = 32;  ///< R, tokens
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> embedding_seed;  ///< of the embeddings and their layernorm; `seed` otherwise
};

/// The files of a checkpoint folder (model/checkpoint.hpp).
struct CheckpointFiles {
  std::vector<std::uint8_t> tensors;    ///< model.safetensors, half precision
  std::string config;                   ///< config.json
  std::vector<std::uint8_t> tokenizer;  ///< spiece.model, as many pieces as the vocabulary has rows
  std::string calibration;              ///< calibration.tsv: two sentences that fill the sequence

  /// Writes the four files.
  /// @throws Error(Failure::input) if one cannot be written
  void write(const std::filesystem::path& folder) const;
};

/// Weights are near normal and keep the size of what they multiply, so that activations neither vanish nor
/// explode over the layers.
/// @throws Error(Failure::usage) naming the option out of range
CheckpointFiles random_checkpoint(const RandomCheckpointOptions& options);

/// Whether this config.json was written by random_checkpoint.
bool is_random_checkpoint(const std::string& config);

}  // namespace edgebert::model
