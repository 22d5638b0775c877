// SPDX-License-Identifier: Apache-2.0
// AdaptivFloat of any width in the float forward run, for studies of what a format does to answers: every
// value is replaced by the nearest of the list of all values of the format. Weights, layernorm parameters and
// the twelve activation sites are rounded; channel biases, and what is inside softmax, layernorm and
// accumulators, stay float. Not the numeric contract: that is golden/encoder, for the hardware's <8,3> alone.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "golden/fp32.hpp"

namespace edgebert::golden {

/// Value of code e, m: (1 + m / 2^mantissa_bits) * 2^(e + offset); zero instead of code 0.
struct StudyFormat {
  unsigned exponent_bits;
  unsigned mantissa_bits;
  int lowest_offset;
  int highest_offset;
};

enum class OffsetRule {
  largest,      ///< the smallest offset that the largest magnitude, rounded, fits into
  least_error,  ///< the least squared error; of equal ones the smaller offset
};

class StudyCodec {
 public:
  explicit StudyCodec(const StudyFormat& format);

  /// The nearest value, ties to the larger magnitude.
  double nearest(double x, int offset) const;
  int offset_of(double largest_magnitude) const;
  int offset_of(OffsetRule rule, std::span<const float> values) const;
  void round(std::span<float> values, int offset) const;

 private:
  double squared_error(std::span<const float> values, int offset) const;

  StudyFormat format_;
  std::vector<double> values_;  ///< magnitudes at offset 0, ascending
  std::vector<double> ends_;    ///< where each one's neighbourhood ends
};

/// Every AdaptivFloat tensor of the checkpoint rounded, each with its own offset.
void round_weights(Fp32Checkpoint& checkpoint, const StudyCodec& codec, OffsetRule rule);

/// Rounds activations as they are computed, with offsets fixed by ranges.
/// @param codec  must outlive the observer
Observer rounding_observer(const StudyCodec& codec, const std::array<float, site_count>& ranges);

}  // namespace edgebert::golden
