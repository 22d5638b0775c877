// SPDX-License-Identifier: Apache-2.0
// Stand-ins for docs/numerics.md in the tests of the schedule: the data flow of each operator with arithmetic
// that is quick, exact and depends on every input and parameter, so that a wrong address, stride, tile or
// format shows as a wrong value. Sums are modulo 2^32, hence independent of tiling like the real accumulator.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>

#include "contract/formats.hpp"

namespace edgebert::toy {

inline uint32_t mix(std::initializer_list<uint32_t> words) {
  uint32_t hash = 2166136261u;
  for (const uint32_t word : words) {
    hash = (hash ^ word) * 16777619u;
    hash ^= hash >> 13;
  }
  return hash;
}

struct ProductParameters {
  uint32_t scale;
  int32_t channel_bias;
  uint32_t bias_fraction;
  uint32_t activation;
  uint32_t rows_bias, columns_bias, output_bias;
};

/// What becomes of a finished sum; AdaptivFloat output takes the lowest byte.
inline uint32_t finish(uint32_t sum, const ProductParameters& p) {
  return mix({sum, p.scale, static_cast<uint32_t>(p.channel_bias), p.bias_fraction, p.activation, p.rows_bias,
              p.columns_bias, p.output_bias});
}

inline uint32_t add(uint32_t a, uint32_t a_bias, uint32_t b, uint32_t b_bias) {
  return mix({a, a_bias, b, b_bias});
}

struct NormParameters {
  uint32_t gamma, gamma_bias, beta, beta_bias, epsilon, output_bias;
};

/// @param row_sum  sum of add() over the row
inline uint8_t normalise(uint32_t sum, uint32_t row_sum, const NormParameters& p) {
  return static_cast<uint8_t>(
      mix({sum, row_sum, p.gamma, p.gamma_bias, p.beta, p.beta_bias, p.epsilon, p.output_bias}));
}

/// @param mask  the mask code, or 0x30 without spans
inline uint8_t attention_weight(uint32_t score, uint32_t mask) {
  return static_cast<uint8_t>(mix({score, mask}));
}

/// @param scores  sum of mix({score, mask}) over the reachable keys
inline uint32_t row_scale(uint32_t scores) {
  return mix({scores, 77}) % (scale_one + 1);
}

inline uint32_t entropy(std::span<const uint32_t> logits) {
  uint32_t hash = 1;
  for (const uint32_t logit : logits) hash = mix({hash, logit});
  return hash & 0xffff;
}

}  // namespace edgebert::toy
