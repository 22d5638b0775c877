// SPDX-License-Identifier: Apache-2.0
// Constants of the number formats that hardware, firmware and tools must agree on (docs/numerics.md).
#pragma once
#include <stdint.h>

namespace edgebert {

inline constexpr int working_fraction_bits = 12;  ///< Q8.12
inline constexpr int32_t working_max = (1 << 19) - 1;
inline constexpr int32_t working_min = -(1 << 19);
inline constexpr unsigned scale_fraction_bits = 20;  ///< UQ1.20: product scale and row scale
inline constexpr uint32_t scale_one = 1u << scale_fraction_bits;
inline constexpr unsigned entropy_fraction_bits = 16;  ///< Q16.16: entropy and threshold
inline constexpr unsigned epsilon_fraction_bits = 24;  ///< layernorm variance
inline constexpr uint32_t probability_bias = 3;        ///< AF8 bias of attention weights and of the span mask
inline constexpr uint32_t exponent_bias_max = 7;
inline constexpr uint32_t channel_bias_fraction_max = 12;
inline constexpr uint32_t layernorm_features_max = 4096;
inline constexpr uint32_t reduction_max = 32768;  ///< products a 40-bit accumulator holds exactly
inline constexpr uint32_t classes_max = 64;
inline constexpr uint32_t mask_group = 64;  ///< elements a bit-mask word of the packed form covers

/// Rows that share a 32-bit base in a packed matrix's row index: 64, or fewer where 64 rows of `groups` mask
/// words could hold more codes than a 16-bit offset reaches.
constexpr uint32_t index_rows(uint32_t groups) {
  uint32_t rows = 64;
  while (rows > 1 && (rows - 1) * groups * mask_group > 0xffff) rows /= 2;
  return rows;
}

enum class Activation : uint32_t { none, relu, gelu_new, gelu, tanh };
enum class SpanForm : uint32_t { none, all_keys, in_span };
enum class SpanIndex : uint32_t { distance, position };

}  // namespace edgebert
