// SPDX-License-Identifier: Apache-2.0
// A tensor as it stands between two operators: integers, and how to read them.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "contract/operators.hpp"
#include "golden/fixed_point.hpp"

namespace edgebert::golden {

/// How an integer stands for a number.
enum class Format : std::uint8_t {
  adaptivfloat,  ///< an AdaptivFloat code, 0 to 255
  wide,          ///< Q8.12
  entropy,       ///< Q16.16
};

/// A format and, if that is AdaptivFloat, the exponent bias.
struct Encoding {
  Format format = Format::wide;
  unsigned bias = 0;
};
inline constexpr Encoding wide{Format::wide, 0};
constexpr Encoding adaptivfloat(unsigned bias) {
  return {Format::adaptivfloat, bias};
}

/// Integers together with how to read them: an operand of a function.
struct Operand {
  std::span<const std::int32_t> values;
  Encoding encoding;
};

/// One element of an operand in Q8.12.
std::int32_t q12(std::int32_t value, Encoding encoding);

/// A Q8.12 number written in another encoding (adaptivfloat or wide).
std::int32_t encode_q12(std::int32_t value, Encoding encoding, Saturations& saturations);

/// A row-major matrix of integers.
struct Tensor {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  Encoding encoding;
  std::vector<std::int32_t> values;      ///< rows * columns
  std::vector<std::uint32_t> row_scale;  ///< UQ1.20, one a row; empty except for probabilities

  std::span<const std::int32_t> row(std::uint32_t r) const {
    return std::span(values).subspan(std::size_t{r} * columns, columns);
  }
  Operand operand() const { return {values, encoding}; }
};

/// Names a tensor of one forward run.
struct TensorKey {
  std::uint8_t layer = 0;  ///< 0: embedding; layers count from 1
  Operator op = Operator::none;
  std::uint8_t head = 0;  ///< of scores and probabilities; 0 otherwise

  auto operator<=>(const TensorKey&) const = default;
};

/// "layer 3, scores, head 7"
std::string to_string(const TensorKey& key);

/// What is compared of a tensor when its elements are not at hand.
struct Digest {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  Format format = Format::wide;
  std::uint64_t hash = 0;  ///< first 64 bits of SHA-256 over values and row scales

  bool operator==(const Digest&) const = default;
};

/// The exponent bias is not part of it: values are compared as they stand in memory.
Digest digest(const Tensor& tensor);

using Digests = std::map<TensorKey, Digest>;

}  // namespace edgebert::golden
