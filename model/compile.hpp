// SPDX-License-Identifier: Apache-2.0
// Checkpoints become a model image: pruned, quantised, packed, placed in the SoC's memories, described.
// Several checkpoints tuned from one network become tasks of one image, with the word embeddings stored once.
// Activation biases are chosen from ranges the caller measured; nothing is executed here.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/adaptivfloat_format.hpp"
#include "model/checkpoint.hpp"

namespace edgebert::model {

/// The largest magnitude, or a percentile of the magnitudes, that the float32 model shows at each activation
/// site over the calibration sentences (docs/numerics.md sections 9 and 10).
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
  std::optional<std::uint32_t> sequence{};  ///< tokens of a padded sentence instead of the checkpoint's
  std::optional<double>
      embedding_sparsity{};                  ///< prune the word embeddings to this fraction of zeros, 0 to 1
  BiasRule weight_bias = BiasRule::largest;  ///< of every tensor of weights
  double activation_percentile = 100;  ///< of magnitudes, that the ranges hold; noted in the image, no more
};

/// One checkpoint on its way into an image.
struct TaskInput {
  std::string name;  ///< is_task_name
  const Checkpoint& checkpoint;
  ActivationRanges ranges;
};

/// How one packed matrix came out.
struct PackedSummary {
  std::string task;  ///< empty of the word embeddings, which are all tasks'
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
/// A usage error too if tasks share a name or are too many; an image error if they have not the same network,
/// tokenizer and word embeddings.
CompiledImage compile(std::span<const TaskInput> tasks, const CompileOptions& options);

/// An image of one task, called as the checkpoint says.
CompiledImage compile(const Checkpoint& checkpoint, const ActivationRanges& ranges,
                      const CompileOptions& options);

}  // namespace edgebert::model
