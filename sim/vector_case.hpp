// SPDX-License-Identifier: Apache-2.0
// Recorded cases for single units, one JSON object a line (docs/vectors.md): what goes in, what has to come
// out.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::sim {

/// Row-major integers: AdaptivFloat codes, or Q8.12 words.
struct CaseMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<std::int32_t> values;
  std::optional<unsigned> bias;  ///< exponent bias of codes; nothing: words

  bool wide() const { return !bias.has_value(); }
  std::uint32_t row_bytes() const { return columns * (wide() ? 4 : 1); }
};

/// A product in the published model's arithmetic: output = b * transposed a.
struct MatmulCase {
  CaseMatrix a;  ///< N0 x M
  CaseMatrix b;  ///< N1 x M
  unsigned shift = 0;
  bool adds_bias = false;
  std::int32_t bias = 0;
  bool relu = false;
  CaseMatrix output;                 ///< N1 x N0
  std::vector<std::uint64_t> masks;  ///< one an output vector of V elements; empty: not given
};

/// A product in exact arithmetic: output = a * transposed b.
struct ProductCase {
  enum class BiasAxis { none, column, row };

  CaseMatrix a;
  CaseMatrix b;
  std::uint32_t scale = scale_one;
  std::vector<std::int32_t> row_scales;  ///< empty: `scale` for all
  BiasAxis bias_axis = BiasAxis::none;
  std::vector<std::int32_t> channel_biases;
  std::uint32_t bias_fraction = 0;
  Activation activation = Activation::none;
  CaseMatrix output;
};

struct SoftmaxCase {
  CaseMatrix scores;
  std::uint32_t keys = 0;
  std::uint32_t first_row = 0;
  std::uint32_t first_key = 0;
  SpanForm span_form = SpanForm::none;
  SpanIndex span_index = SpanIndex::distance;
  std::vector<std::int32_t> span;  ///< codes
  CaseMatrix output;
  std::vector<std::int32_t> row_scales;
};

struct LayernormCase {
  CaseMatrix a;
  std::optional<CaseMatrix> b;
  std::vector<std::int32_t> gamma;
  unsigned gamma_bias = 0;
  std::vector<std::int32_t> beta;
  unsigned beta_bias = 0;
  std::uint32_t epsilon = 0;
  CaseMatrix output;
};

struct AddCase {
  CaseMatrix a;
  CaseMatrix b;
  CaseMatrix output;
};

struct EntropyCase {
  CaseMatrix logits;  ///< one row
  std::uint32_t threshold = 0;
  std::uint32_t entropy = 0;
  std::optional<bool> exits;
};

struct VectorCase {
  std::string place;  ///< FILE:LINE
  std::string unit;   ///< as the file calls it
  std::uint32_t lanes = 0;
  std::optional<std::uint64_t> cycles;
  std::variant<MatmulCase, ProductCase, SoftmaxCase, LayernormCase, AddCase, EntropyCase> body;
};

/// All cases of a file; blank lines are skipped.
/// @param lanes  n of cases that do not say theirs
/// @throws Error(Failure::input) naming file, line, key, what was expected and what was found
std::vector<VectorCase> read_vector_cases(const std::filesystem::path& file, std::uint32_t lanes);

}  // namespace edgebert::sim
