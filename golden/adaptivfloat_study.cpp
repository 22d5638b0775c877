// SPDX-License-Identifier: Apache-2.0
#include "golden/adaptivfloat_study.hpp"

#include <algorithm>
#include <cmath>

namespace edgebert::golden {

StudyCodec::StudyCodec(const StudyFormat& format) : format_(format) {
  const unsigned mantissas = 1u << format.mantissa_bits;
  for (unsigned e = 0; e < 1u << format.exponent_bits; ++e) {
    for (unsigned m = 0; m < mantissas; ++m) {
      const bool is_zero = e == 0 && m == 0;
      values_.push_back(is_zero ? 0 : std::pow(2.0, e) * (1 + static_cast<double>(m) / mantissas));
    }
  }
  for (std::size_t i = 0; i + 1 < values_.size(); ++i) ends_.push_back((values_[i] + values_[i + 1]) / 2);
}

double StudyCodec::nearest(double x, int offset) const {
  const double magnitude = std::ldexp(std::fabs(x), -offset);
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), magnitude);
  const double value = values_[static_cast<std::size_t>(end - ends_.begin())];
  return std::copysign(std::ldexp(value, offset), x);
}

int StudyCodec::offset_of(double largest_magnitude) const {
  const double step = values_.back() - values_[values_.size() - 2];
  // Without mantissa bits the next value would be twice the largest.
  const double end = values_.back() + (format_.mantissa_bits == 0 ? values_.back() : step) / 2;
  int offset = format_.lowest_offset;
  while (offset < format_.highest_offset && std::ldexp(largest_magnitude, -offset) >= end) ++offset;
  return offset;
}

double StudyCodec::squared_error(std::span<const float> values, int offset) const {
  double sum = 0;
  for (const float value : values) {
    const double difference = nearest(value, offset) - value;
    sum += difference * difference;
  }
  return sum;
}

int StudyCodec::offset_of(OffsetRule rule, std::span<const float> values) const {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::fabs(value));
  int best = offset_of(largest);
  if (rule == OffsetRule::largest) return best;
  const int binades = 1 << format_.exponent_bits;
  const int lowest = std::max(format_.lowest_offset, best - binades);
  double least = squared_error(values, best);
  for (int offset = best - 1; offset >= lowest; --offset) {
    const double error = squared_error(values, offset);
    if (error > least) continue;
    least = error;
    best = offset;
  }
  return best;
}

void StudyCodec::round(std::span<float> values, int offset) const {
  for (float& value : values) value = static_cast<float>(nearest(value, offset));
}

void round_weights(Fp32Checkpoint& w, const StudyCodec& codec, OffsetRule rule) {
  const auto round = [&](std::vector<float>& values) { codec.round(values, codec.offset_of(rule, values)); };
  for (FloatMatrix* table : {&w.word_embedding, &w.position_embedding, &w.token_type_embedding})
    round(table->values);
  for (FloatLayernorm* norm : {&w.embedding_norm, &w.attention_norm, &w.layer_output_norm}) {
    round(norm->gamma);
    round(norm->beta);
  }
  // The zeros that fill up panels stay zeros and add no error.
  for (FloatLinear* linear :
       {&w.hidden_in, &w.query, &w.key, &w.value, &w.attention_output, &w.ffn_inner, &w.ffn_output})
    round(linear->panels);
  for (FloatOffRamp& ramp : w.off_ramps) {
    round(ramp.pooler.panels);
    round(ramp.classifier.panels);
  }
}

Observer rounding_observer(const StudyCodec& codec, const std::array<float, site_count>& ranges) {
  std::array<int, site_count> offsets{};
  std::transform(ranges.begin(), ranges.end(), offsets.begin(),
                 [&](float range) { return codec.offset_of(range); });
  return [&codec, offsets](Site site, std::span<float> values) {
    codec.round(values, offsets[static_cast<std::size_t>(site)]);
  };
}

}  // namespace edgebert::golden
