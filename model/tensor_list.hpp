// SPDX-License-Identifier: Apache-2.0
// The tensors of a checkpoint that an image holds in AdaptivFloat, by the names they have in images. Channel
// biases are 16-bit fixed point and no part of it.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint.hpp"

namespace edgebert::model {

struct NamedValues {
  std::string name;
  std::uint32_t rows;
  std::uint32_t columns;
  std::span<const float> values;  ///< live as long as the checkpoint
};

/// In the order an image has them; of position embeddings the rows a sentence can use.
std::vector<NamedValues> adaptivfloat_tensors(const Checkpoint& checkpoint);

}  // namespace edgebert::model
