// SPDX-License-Identifier: Apache-2.0
// The loops over features are plain C++; the compiler vectorises them once for each instruction set.
#include "ip/sfu/layernorm_kernel.hpp"

#include <algorithm>
#include <cmath>

#include "contract/formats.hpp"
#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

#define HWY_TARGET_INCLUDE "ip/sfu/layernorm_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_SFU_LAYERNORM_KERNEL_SHARED
#define EDGEBERT_SFU_LAYERNORM_KERNEL_SHARED
namespace edgebert::layernorm {

constexpr int mean_guard_bits = 4;
constexpr int square_shift = 8;
constexpr std::size_t features_at_once = 256;

/// What turns centred features into results. Pointers are to the first feature.
struct Affine {
  std::int32_t mean;    ///< with `mean_guard_bits` more bits than Q8.12
  double inverse_root;  ///< times 2^-16: of the centred features' fraction bits, 12 remain
  const std::int16_t* gamma;
  int gamma_shift;
  const std::int32_t* beta;  ///< Q8.12
};

}  // namespace edgebert::layernorm
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::layernorm::HWY_NAMESPACE {

std::int64_t sum(const std::int32_t* x, std::size_t features) {
  std::int64_t sum = 0;
  for (std::size_t j = 0; j < features; ++j) sum += x[j];
  return sum;
}

std::int64_t sum_of_squares(const std::int32_t* x, std::size_t features, std::int32_t mean) {
  constexpr std::uint64_t half = std::uint64_t{1} << (square_shift - 1);
  std::uint64_t sum = 0;
  for (std::size_t j = 0; j < features; ++j) {
    const std::int32_t centred = x[j] * (1 << mean_guard_bits) - mean;
    sum += (static_cast<std::uint64_t>(std::int64_t{centred} * centred) + half) >> square_shift;
  }
  return static_cast<std::int64_t>(sum);
}

HWY_INLINE std::int32_t saturate(std::int32_t value) {
  const std::int32_t low = value < working_min ? working_min : value;
  return low > working_max ? working_max : low;
}

/// @param y  out: Q8.12. @return clamped values
std::uint32_t normalise(const std::int32_t* HWY_RESTRICT x, std::size_t features, const Affine& affine,
                        std::int32_t* HWY_RESTRICT y) {
  const Affine a = affine;
  const std::int32_t half = 1 << (a.gamma_shift - 1);
  std::uint32_t saturations = 0;
  for (std::size_t j = 0; j < features; ++j) {
    const std::int32_t centred = x[j] * (1 << mean_guard_bits) - a.mean;
    // 25 bits times 25, and half of the divisor, fit the 53 bits of a double: nothing rounds but the
    // conversion.
    const double exact = centred * a.inverse_root;
    const auto rounded = static_cast<std::int32_t>(exact + std::copysign(0.5, exact));
    const std::int32_t normal = saturate(rounded);
    const std::int32_t product = a.gamma[j] * normal;  // 3968 * 2^19 leaves room for half
    const std::int32_t scaled = (product + half + (product >> 31)) >> a.gamma_shift;
    const std::int32_t shifted = scaled + a.beta[j];
    y[j] = saturate(shifted);
    saturations += (normal != rounded ? 1 : 0) + (y[j] != shifted ? 1 : 0);
  }
  return saturations;
}

}  // namespace edgebert::layernorm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::layernorm {

HWY_EXPORT(sum);
HWY_EXPORT(sum_of_squares);
HWY_EXPORT(normalise);

void normalise_row(std::span<const std::int32_t> x, const Parameters& parameters,
                   std::span<std::uint8_t> codes, RowStatistics& statistics) {
  const auto features = static_cast<std::int64_t>(x.size());
  const std::int64_t mean = numerics::round_divide(
      HWY_DYNAMIC_DISPATCH(sum)(x.data(), x.size()) * (1 << mean_guard_bits), features);
  Affine affine{.mean = static_cast<std::int32_t>(mean),
                .inverse_root = 0,
                .gamma = nullptr,
                .gamma_shift = numerics::significand_offset - static_cast<int>(parameters.gamma_bias),
                .beta = nullptr};
  const std::int64_t squares = HWY_DYNAMIC_DISPATCH(sum_of_squares)(x.data(), x.size(), affine.mean);
  const std::int64_t variance = numerics::round_divide(squares, features) + parameters.epsilon;
  if (variance != 0) {
    const auto root = numerics::inverse_root(static_cast<std::uint64_t>(variance));
    affine.inverse_root = std::ldexp(root.mantissa, -16 - root.exponent);
  }

  std::int16_t gamma[features_at_once];
  std::int32_t beta[features_at_once];
  std::int32_t y[features_at_once];
  affine.gamma = gamma;
  affine.beta = beta;
  for (std::size_t first = 0; first < x.size(); first += features_at_once) {
    const std::size_t count = std::min(features_at_once, x.size() - first);
    numerics::decode_significands(parameters.gamma.subspan(first, count), gamma);
    numerics::decode_working(parameters.beta.subspan(first, count), parameters.beta_bias, beta);
    statistics.working_saturations += HWY_DYNAMIC_DISPATCH(normalise)(x.data() + first, count, affine, y);
    statistics.code_saturations +=
        numerics::encode_working({y, count}, parameters.output_bias, codes.subspan(first, count));
  }
}

}  // namespace edgebert::layernorm
#endif
