// SPDX-License-Identifier: Apache-2.0
// Float tensors become AdaptivFloat codes and 16-bit channel biases (docs/numerics.md section 10).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "model/adaptivfloat_format.hpp"

namespace edgebert::model {

/// AdaptivFloat<8,3> codes and the exponent bias they share.
struct QuantisedTensor {
  std::vector<std::uint8_t> codes;
  std::uint32_t exponent_bias;
};

/// 16-bit channel biases and their number of fraction bits, 0 to 12.
struct ChannelBias {
  std::vector<std::int16_t> values;
  std::uint32_t fraction_bits;
};

/// The largest magnitude; 0 of nothing.
double largest_magnitude(std::span<const float> values);

/// The smallest bias with which this magnitude, after rounding, does not saturate; 7 if there is none.
std::uint32_t exponent_bias_for(double magnitude);

/// Codes with a given bias; magnitudes beyond its range saturate.
std::vector<std::uint8_t> quantise(std::span<const float> values, std::uint32_t exponent_bias);

/// Codes with the bias that the rule chooses for the tensor.
QuantisedTensor quantise(std::span<const float> values, BiasRule rule = BiasRule::largest);

/// @throws Error(Failure::image) if a value does not fit 16 bits without fraction
ChannelBias quantise_channel_bias(std::span<const float> values, const char* name);

/// Sets the smallest magnitudes to zero until this fraction of all values is zero; zeros that are there
/// count, and of equal magnitudes the earlier goes first.
/// @param sparsity  0 to 1
void prune_by_magnitude(std::span<float> values, double sparsity);

}  // namespace edgebert::model
