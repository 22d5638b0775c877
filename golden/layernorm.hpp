// SPDX-License-Identifier: Apache-2.0
// Add and layernorm, docs/numerics.md section 7.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "golden/tensor.hpp"

namespace edgebert::golden {

/// gamma and beta as codes, one a feature, and the epsilon.
struct LayernormStep {
  std::span<const std::uint8_t> gamma;
  unsigned gamma_bias = 0;
  std::span<const std::uint8_t> beta;
  unsigned beta_bias = 0;
  std::uint32_t epsilon = 0;  ///< 24 fraction bits
  Encoding output = adaptivfloat(0);
};

/// One row: layernorm of a + b, or of a alone. At most layernorm_features_max features.
std::vector<std::int32_t> layernorm(Operand a, std::optional<Operand> b, const LayernormStep& step,
                                    Saturations& saturations);

}  // namespace edgebert::golden
