// SPDX-License-Identifier: Apache-2.0
// What the layernorm unit computes after its add (docs/numerics.md section 7), a row at a time.
#pragma once
#include <cstdint>
#include <span>

namespace edgebert::layernorm {

struct Parameters {
  std::span<const std::uint8_t> gamma;  ///< codes, one a feature
  std::uint32_t gamma_bias;
  std::span<const std::uint8_t> beta;
  std::uint32_t beta_bias;
  std::uint32_t epsilon;  ///< 24 fraction bits
  std::uint32_t output_bias;
};

struct RowStatistics {
  std::uint64_t working_saturations = 0;
  std::uint64_t code_saturations = 0;
};

/// @param x      Q8.12, 1 to 4096 features
/// @param codes  out: AdaptivFloat codes, as many as x
void normalise_row(std::span<const std::int32_t> x, const Parameters& parameters,
                   std::span<std::uint8_t> codes, RowStatistics& statistics);

}  // namespace edgebert::layernorm
