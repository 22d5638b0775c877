// SPDX-License-Identifier: Apache-2.0
// A whole tensor from the tiles the platform shows as its units complete them.
#pragma once
#include <cstdint>
#include <vector>

#include "golden/encoder.hpp"
#include "ip/common/observation.hpp"

namespace edgebert::sim {

/// Whether there is a tensor for each head.
constexpr bool has_heads(Operator op) {
  return op == Operator::scores || op == Operator::probabilities;
}

/// The tensor a tile belongs to. Tiles of operators without heads carry whatever head TAG says.
golden::TensorKey key_of(const Tile& tile);

/// A tensor as the platform showed it. Elements outside golden's rows and columns (padding) are left out, and
/// what nothing reads (golden::Model::reads) is 0, as in golden.
struct TensorAssembly {
  golden::Tensor tensor;
  std::vector<bool> seen;
  std::vector<bool> scale_seen;  ///< of rows; empty except for probabilities
  bool format_agrees = true;     ///< with the expected one

  TensorAssembly(const golden::TensorKey& key, std::uint32_t rows, std::uint32_t columns,
                 golden::Format format);

  void take(const Tile& tile, const golden::TensorKey& key, const golden::Model& model);
};

}  // namespace edgebert::sim
