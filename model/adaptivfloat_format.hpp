// SPDX-License-Identifier: Apache-2.0
// AdaptivFloat of any width, for studies (Tambe et al., DAC 2020): a sign, exponent bits, mantissa bits, and
// one exponent offset for a whole tensor. Code e, m is (1 + m / 2^M) * 2^(e + offset), code 0 is zero, there
// are no denormals. The hardware runs <8,3> with eight offsets (docs/numerics.md section 2: its bias is
// offset + 10). Computed with exponents and significands; golden/adaptivfloat_study searches the list of all
// values instead.
#pragma once
#include <cstdint>
#include <span>

namespace edgebert::model {

struct AdaptivFloatFormat {
  unsigned width = 8;          ///< bits, sign included
  unsigned exponent_bits = 3;  ///< the rest but the sign is mantissa
  int offset_min = -10;        ///< offsets that a tensor may have
  int offset_max = -3;

  unsigned mantissa_bits() const { return width - 1 - exponent_bits; }
  int exponent_max() const { return (1 << exponent_bits) - 1; }
  bool operator==(const AdaptivFloatFormat&) const = default;
};

/// What the accelerator computes with.
inline constexpr AdaptivFloatFormat hardware_format{};
/// The exponent offset that the hardware's bias 0 stands for.
inline constexpr int hardware_offset = -10;

/// The hardware's for <8,3>; of others every offset a float needs is allowed.
/// @param width          4 to 16
/// @param exponent_bits  1 to 5, and fewer than `width`
/// @throws Error(Failure::usage) for others
AdaptivFloatFormat adaptivfloat_format(unsigned width, unsigned exponent_bits);

/// How a tensor's offset is chosen.
enum class BiasRule {
  largest,      ///< the smallest with which the largest magnitude, rounded, does not saturate (DAC 2020)
  least_error,  ///< the one with the least squared error; of equal ones the smaller. May saturate a few
                ///< values
};
/// "max", "mse".
const char* name_of(BiasRule rule);

struct RoundedValue {
  double value;
  bool saturated;  ///< the magnitude was above the format's largest, rounding included
};

/// The nearest value of the format, ties to the larger magnitude.
/// @param value  finite
RoundedValue round_to(const AdaptivFloatFormat& format, int offset, double value);

/// BiasRule::largest; offset_max if every one saturates.
int offset_for(const AdaptivFloatFormat& format, double largest_magnitude);

int offset_for(const AdaptivFloatFormat& format, BiasRule rule, std::span<const float> values);

/// What rounding does to a tensor.
struct RoundingError {
  std::uint64_t elements = 0;
  std::uint64_t zeros_before = 0;
  std::uint64_t zeros_after = 0;  ///< those before included
  std::uint64_t saturated = 0;
  double signal = 0;  ///< sum of squares
  double error = 0;   ///< sum of squared differences

  /// Root of error over signal; 0 of nothing but zeros.
  double relative_rms() const;
  /// Signal to quantisation noise, decibels; infinite without an error.
  double sqnr() const;
  RoundingError& operator+=(const RoundingError& other);
};

RoundingError rounding_error(const AdaptivFloatFormat& format, int offset, std::span<const float> values);

}  // namespace edgebert::model
