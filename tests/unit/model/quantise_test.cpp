// SPDX-License-Identifier: Apache-2.0
// Expected values follow from docs/numerics.md section 10 by hand.
#include "model/quantise.hpp"

#include <algorithm>

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

TEST_CASE("quantise: the bias is the smallest that does not saturate after rounding") {
  // Bias b saturates from 31.5 * 2^(b - 7).
  CHECK(model::exponent_bias_for(0.0) == 0);
  CHECK(model::exponent_bias_for(31.0 / 128) == 0);
  CHECK(model::exponent_bias_for(31.49 / 128) == 0);
  CHECK(model::exponent_bias_for(31.5 / 128) == 1);
  CHECK(model::exponent_bias_for(1.0) == 3);
  CHECK(model::exponent_bias_for(1.9) == 3);
  CHECK(model::exponent_bias_for(2.0) == 4);
  CHECK(model::exponent_bias_for(31.0) == 7);
  CHECK(model::exponent_bias_for(1000.0) == 7);
}

TEST_CASE("quantise: a tensor gets the bias of its largest magnitude") {
  const auto quantised = model::quantise(std::vector<float>{0.5f, -1.0f, 0.0f, 0.01f});
  CHECK(quantised.exponent_bias == 3);
  // 1.0 = 2^(7 + 3 - 10); 0.5 one exponent less; 0.01 = 1.28 * 2^-7 = (20.48 -> 20) / 16 * 2^(0 + 3 - 10)
  CHECK(quantised.codes == std::vector<std::uint8_t>{0x60, 0xf0, 0x00, 0x04});
}

TEST_CASE("quantise: channel biases take the most fraction bits that fit 16 bits") {
  // 2^15 / 2^12 = 8: the first magnitude that does not fit 12 fraction bits; -8 still does.
  const auto fine = model::quantise_channel_bias(std::vector<float>{-8.0f, 7.9f, 0.5f / 4096}, "m");
  CHECK(fine.fraction_bits == 12);
  CHECK(fine.values == std::vector<std::int16_t>{-32768, 32358, 1});
  const auto coarse = model::quantise_channel_bias(std::vector<float>{8.0f, -0.25f}, "m");
  CHECK(coarse.fraction_bits == 11);
  CHECK(coarse.values == std::vector<std::int16_t>{16384, -512});
  CHECK(model::quantise_channel_bias(std::vector<float>{32767.0f}, "m").fraction_bits == 0);
  const auto refused = [] { model::quantise_channel_bias(std::vector<float>{32768.0f}, "ffn_inner"); };
  CHECK(test::error_of(refused).find("'ffn_inner'") != std::string::npos);
}

TEST_CASE(
    "quantise: pruning zeroes the smallest magnitudes, counts zeros that are there, takes ties in order") {
  std::vector<float> values{3.0f, -1.0f, 0.0f, 1.0f, -2.0f, 1.0f, 5.0f, 4.0f};
  model::prune_by_magnitude(values, 0.375);
  CHECK(values == std::vector<float>{3.0f, 0.0f, 0.0f, 0.0f, -2.0f, 1.0f, 5.0f, 4.0f});
  model::prune_by_magnitude(values, 0.25);
  CHECK(std::count(values.begin(), values.end(), 0.0f) == 3);
  model::prune_by_magnitude(values, 1.0);
  CHECK(std::count(values.begin(), values.end(), 0.0f) == 8);
}
