// SPDX-License-Identifier: Apache-2.0
// A checkpoint becomes a model image: pruned, quantised, packed, placed in the SoC's memories, described.
// Activation biases are chosen from ranges the caller measured; nothing is executed here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/checkpoint.hpp"

namespace edgebert::model {

/// The largest magnitude that the float32 model shows at each activation site over the calibration sentences
/// (docs/numerics.md sections 9 and 10).
struct ActivationRanges {
  float embedding_norm;
  float hidden_in;
  float query;
  float key;
  float value;
  float context;
  float attention_output;
  float attention_norm;
  float ffn_inner;
  float ffn_output;
  float layer_output;
  float pooled;
};

struct CompileOptions {
  std::optional<std::uint32_t> sequence;     ///< tokens of a padded sentence instead of the checkpoint's
  std::optional<double> embedding_sparsity;  ///< prune the word embeddings to this fraction of zeros, 0 to 1
};

/// How one packed matrix came out.
struct PackedSummary {
  std::string name;
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint32_t exponent_bias;
  std::uint64_t zeros;  ///< elements, of rows x columns
  std::uint64_t mask_bytes;
  std::uint64_t data_bytes;
  std::uint64_t index_bytes;
};

struct CompiledImage {
  std::vector<std::uint8_t> bytes;  ///< the image file; equal inputs give equal bytes
  std::vector<PackedSummary> matrices;
  std::uint64_t weight_memory_bytes;
  std::uint64_t envm_bytes;
};

/// @throws Error(Failure::image) if the checkpoint cannot be represented, Error(Failure::usage) for options
/// out of range, Error(Failure::capacity) if the tensors exceed a memory's room on the bus
CompiledImage compile(const Checkpoint& checkpoint, const ActivationRanges& ranges,
                      const CompileOptions& options);

}  // namespace edgebert::model
