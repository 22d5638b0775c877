// SPDX-License-Identifier: Apache-2.0
// The arithmetic of the published SystemC model's matrix unit (github.com/harvard-acc/EdgeBERT, hw/cmod), bit
// for bit with its defects: a compatibility mode for comparing with that model, not for running networks.
//   product  (16 + ma)(16 + mb) << (ea + eb) with its sign, wrapped to 16 bits: 62 % of all pairs overflow
//   sum      wrapped to 16 bits
//   value    sum >> shift, + one 8-bit bias for the whole matrix (wraps), ReLU, clamped to +-32767; Q4.12
//   code     mantissa rounded to nearest, halves towards +infinity; below the format's exponents 0x00;
//            above them 0x7f whatever the sign
// Wrapping commutes with multiplying and adding, so the exact sums, wrapped once, are the published sums.
#pragma once
#include <cstdint>
#include <span>

#include "ip/pu/product_kernel.hpp"

namespace edgebert::product {

/// Which arithmetic a matrix unit is built with.
enum class Arithmetic { exact, published };

/// What the published unit does with a sum.
struct PublishedEpilogue {
  unsigned shift = 0;  ///< 0 to 31, rounds down
  bool adds_bias = false;
  std::int8_t bias = 0;  ///< 12 fraction bits
  bool relu = false;
  unsigned output_bias = 0;  ///< exponent bias of the codes, 0 to 7
};

/// The published encoder. @param value  Q4.12
std::uint8_t published_code(std::int16_t value, unsigned output_bias);

/// Results as codes. @param codes  out: rows * columns, row-major
void finish_published(const Accumulator& accumulator, const PublishedEpilogue& epilogue,
                      std::span<std::uint8_t> codes);

}  // namespace edgebert::product
