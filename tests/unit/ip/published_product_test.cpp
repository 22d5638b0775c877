// SPDX-License-Identifier: Apache-2.0
// The published model's arithmetic against the same steps taken one by one, wrapping where that model wraps.
#include <cmath>

#include "ip/pu/published_product_kernel.hpp"
#include "tests/test.hpp"
#include "tests/unit/ip/random_codes.hpp"

using namespace edgebert;
using product::PublishedEpilogue;

namespace {

std::int16_t product16(std::uint8_t a, std::uint8_t b) {
  const auto mantissa = [](std::uint8_t code) { return (code & 0x7f) == 0 ? 0 : 16 + (code & 15); };
  const int magnitude = mantissa(a) * mantissa(b);
  const int value = ((a ^ b) & 0x80) != 0 ? -magnitude : magnitude;
  return static_cast<std::int16_t>(value * (1 << ((a >> 4 & 7) + (b >> 4 & 7))));
}

std::uint8_t code_by_search(double x, unsigned bias) {
  // The code of the same sign whose value is nearest, the greater of two; exponents without bounds.
  const double magnitude = std::fabs(x);
  int exponent = std::ilogb(magnitude);
  double best = std::ldexp(1.0, exponent);
  for (int m = 1; m <= 16; ++m) {
    const double candidate = std::ldexp(1.0 + m / 16.0, exponent);
    const double better = std::fabs(magnitude - best) - std::fabs(magnitude - candidate);
    if (better > 0 || (better == 0 && x > 0)) best = candidate;
  }
  exponent = std::ilogb(best);
  const int e = exponent + 10 - static_cast<int>(bias);
  if (e < 0) return 0;
  if (e > 7) return 0x7f;
  const int m = static_cast<int>(std::ldexp(best, 4 - exponent)) - 16;
  return static_cast<std::uint8_t>((x < 0 ? 0x80 : 0) | e << 4 | m);
}

std::uint8_t step_by_step(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                          const PublishedEpilogue& epilogue) {
  std::int16_t sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum = static_cast<std::int16_t>(sum + product16(a[k], b[k]));
  auto value = static_cast<std::int16_t>(sum >> epilogue.shift);
  if (epilogue.adds_bias) value = static_cast<std::int16_t>(value + epilogue.bias);
  if (epilogue.relu && value < 0) value = 0;
  if (value == -32768) value = -32767;
  return value == 0 ? 0 : code_by_search(value / 4096.0, epilogue.output_bias);
}

}  // namespace

TEST_CASE("published product: the encoder, every value and bias") {
  for (unsigned bias = 0; bias < 8; ++bias) {
    for (int value = -32767; value <= 32767; ++value) {
      if (value == 0) continue;
      const std::uint8_t expected = code_by_search(value / 4096.0, bias);
      if (product::published_code(static_cast<std::int16_t>(value), bias) != expected) {
        INFO(value << ", bias " << bias);
        CHECK(product::published_code(static_cast<std::int16_t>(value), bias) == expected);
      }
    }
    CHECK(product::published_code(0, bias) == 0);
  }
  CHECK(product::published_code(-32000, 0) == 0x7f);  // the sign is lost
  CHECK(product::published_code(-16, 2) == 0x80);     // minus the power of two that has no code
}

TEST_CASE("published product: wrapping the exact sum once equals wrapping every product and every sum") {
  test::Random random(77);
  for (unsigned trial = 0; trial < 200; ++trial) {
    const std::uint32_t rows = 1 + trial % 5, columns = 1 + trial % 7, reduction = 1 + (trial * 37) % 800;
    const auto a = test::random_codes(random, rows * reduction, trial % 200);
    const auto b = test::random_codes(random, columns * reduction);
    const PublishedEpilogue epilogue{.shift = trial % 32,
                                     .adds_bias = trial % 3 == 0,
                                     .bias = static_cast<std::int8_t>(trial * 11),
                                     .relu = trial % 4 == 1,
                                     .output_bias = trial % 8};
    product::Operand row_operand, column_operand;
    row_operand.decode(product::Role::rows, a, rows, reduction, reduction);
    column_operand.decode(product::Role::columns, b, columns, reduction, reduction);
    product::Accumulator accumulator;
    accumulator.clear(rows, columns);
    accumulator.add(row_operand, column_operand);
    std::vector<std::uint8_t> codes(std::size_t{rows} * columns);
    product::finish_published(accumulator, epilogue, codes);
    for (std::uint32_t r = 0; r < rows; ++r) {
      for (std::uint32_t c = 0; c < columns; ++c) {
        INFO("trial " << trial << ", row " << r << ", column " << c);
        REQUIRE(codes[r * columns + c] == step_by_step(std::span(a).subspan(r * reduction, reduction),
                                                       std::span(b).subspan(c * reduction, reduction),
                                                       epilogue));
      }
    }
  }
}
