// SPDX-License-Identifier: Apache-2.0
// What the GELU unit computes. No SystemC, no cycles: three lines test it.
#pragma once
#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/functions.hpp"

namespace edgebert::gelu {

/// GELU in its tanh form, correctly rounded (docs/numerics.md), then encoded.
/// @param values  Q8.12; overwritten
/// @param bias    exponent bias of the result
/// @param codes   out: AdaptivFloat<8,3>, as many as values
/// @return how many codes were clamped to the largest magnitude
inline std::uint64_t gelu(std::span<std::int32_t> values, std::uint32_t bias, std::span<std::uint8_t> codes) {
  numerics::activate(Activation::gelu_new, values);
  return numerics::encode_working(values, bias, codes);
}

}  // namespace edgebert::gelu
