// SPDX-License-Identifier: Apache-2.0
#include "golden/tensor.hpp"

#include <fmt/format.h>

#include "contract/safetensors.hpp"
#include "golden/adaptivfloat.hpp"

namespace edgebert::golden {

namespace {

void append_word(std::vector<std::uint8_t>& bytes, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
}

}  // namespace

std::int32_t q12(std::int32_t value, Encoding encoding) {
  return encoding.format == Format::adaptivfloat ? q12(static_cast<std::uint8_t>(value), encoding.bias)
                                                 : value;
}

std::int32_t encode_q12(std::int32_t value, Encoding encoding, Saturations& saturations) {
  if (encoding.format == Format::wide) return value;
  return encode(static_cast<double>(value) / (1 << working_fraction_bits), encoding.bias, saturations);
}

std::string to_string(const TensorKey& key) {
  const std::string tensor = fmt::format("layer {}, {}", key.layer, name_of(key.op));
  const bool per_head = key.op == Operator::scores || key.op == Operator::probabilities;
  return per_head ? fmt::format("{}, head {}", tensor, key.head) : tensor;
}

Digest digest(const Tensor& tensor) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(4 * (tensor.values.size() + tensor.row_scale.size()));
  for (const std::int32_t value : tensor.values) append_word(bytes, static_cast<std::uint32_t>(value));
  for (const std::uint32_t scale : tensor.row_scale) append_word(bytes, scale);
  const std::string hash = sha256_of(bytes);
  return {tensor.rows, tensor.columns, tensor.encoding.format, std::stoull(hash.substr(0, 16), nullptr, 16)};
}

}  // namespace edgebert::golden
