// SPDX-License-Identifier: Apache-2.0
// A significand fits 13 bits, so 128 products fit a 32-bit lane (128 * 3968^2 = 2,015,363,072 < 2^31): sums
// run in 32 bits over blocks of 128 and are widened after each. The inner loop is plain C++ that the compiler
// turns into pair multiply-adds; it is compiled for three instruction sets and chosen once at run time.
#include "ip/pu/product_kernel.hpp"

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/numerics/fixed_point.hpp"
#include "ip/numerics/functions.hpp"

namespace edgebert::product {
namespace {

constexpr std::uint32_t block = 128;
constexpr std::uint32_t columns_at_once = 4;
static_assert(std::int64_t{block} * 3968 * 3968 < std::int64_t{1} << 31);

/// `Columns` dot products of one row of A with consecutive rows of B.
template <std::uint32_t Columns>
[[gnu::always_inline]] inline void dot(const std::int16_t* a, const std::int16_t* b, std::uint32_t padded,
                                       std::int64_t* out) {
  std::int64_t sums[Columns] = {};
  for (std::uint32_t first = 0; first < padded; first += block) {
    const std::uint32_t count = padded - first < block ? padded - first : block;
    std::int32_t lanes[Columns] = {};
    for (std::uint32_t k = first; k < first + count; ++k) {
      for (std::uint32_t c = 0; c < Columns; ++c) {
        lanes[c] += std::int32_t{a[k]} * b[std::size_t{c} * padded + k];
      }
    }
    for (std::uint32_t c = 0; c < Columns; ++c) sums[c] += lanes[c];
  }
  for (std::uint32_t c = 0; c < Columns; ++c) out[c] += sums[c];
}

[[gnu::always_inline]] inline void accumulate_all(const Operand& a, const Operand& b,
                                                  std::int64_t* accumulator) {
  for (std::uint32_t r = 0; r < a.rows; ++r) {
    const std::int16_t* row = a.significands.data() + std::size_t{r} * a.padded;
    std::int64_t* out = accumulator + std::size_t{r} * b.rows;
    std::uint32_t c = 0;
    for (; c + columns_at_once <= b.rows; c += columns_at_once) {
      dot<columns_at_once>(row, b.significands.data() + std::size_t{c} * b.padded, a.padded, out + c);
    }
    for (; c < b.rows; ++c) dot<1>(row, b.significands.data() + std::size_t{c} * b.padded, a.padded, out + c);
  }
}

using Accumulate = void (*)(const Operand&, const Operand&, std::int64_t*);

void accumulate_portable(const Operand& a, const Operand& b, std::int64_t* accumulator) {
  accumulate_all(a, b, accumulator);
}

#ifdef __x86_64__
[[gnu::target("arch=x86-64-v3")]] void accumulate_avx2(const Operand& a, const Operand& b,
                                                       std::int64_t* accumulator) {
  accumulate_all(a, b, accumulator);
}
[[gnu::target("arch=x86-64-v4")]] void accumulate_avx512(const Operand& a, const Operand& b,
                                                         std::int64_t* accumulator) {
  accumulate_all(a, b, accumulator);
}
#endif

Accumulate choose() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("x86-64-v4")) return accumulate_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return accumulate_avx2;
#endif
  return accumulate_portable;
}

}  // namespace

Operand::Operand(std::span<const std::uint8_t> codes, std::uint32_t operand_rows,
                 std::uint32_t operand_reduction, std::size_t stride)
    : rows(operand_rows),
      reduction(operand_reduction),
      padded((reduction + row_alignment - 1) / row_alignment * row_alignment),
      significands(std::size_t{rows} * padded, 0),
      nonzeros(reduction, 0) {
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::uint8_t* in = codes.data() + r * stride;
    std::int16_t* out = significands.data() + std::size_t{r} * padded;
    for (std::uint32_t k = 0; k < reduction; ++k) {
      out[k] = numerics::significands[in[k]];
      nonzeros[k] += out[k] != 0;
    }
  }
}

void accumulate(const Operand& a, const Operand& b, std::span<std::int64_t> accumulator) {
  static const Accumulate kernel = choose();
  kernel(a, b, accumulator.data());
}

std::uint64_t useful_products(const Operand& a, const Operand& b) {
  std::uint64_t products = 0;
  for (std::uint32_t k = 0; k < a.reduction; ++k) products += std::uint64_t{a.nonzeros[k]} * b.nonzeros[k];
  return products;
}

std::vector<std::int32_t> finish(std::span<const std::int64_t> accumulator, std::uint32_t rows,
                                 std::uint32_t columns, const Epilogue& epilogue,
                                 std::uint64_t& saturations) {
  std::vector<std::int32_t> values(accumulator.size());
  const int bias_shift = working_fraction_bits - static_cast<int>(epilogue.bias_fraction);
  const int shift = epilogue.shift + static_cast<int>(scale_fraction_bits);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::int64_t scale = epilogue.row_scales.empty() ? epilogue.scale : epilogue.row_scales[r];
    const std::int64_t row_bias =
        epilogue.row_biases.empty() ? 0 : std::int64_t{epilogue.row_biases[r]} << bias_shift;
    for (std::uint32_t c = 0; c < columns; ++c) {
      const std::size_t at = std::size_t{r} * columns + c;
      const std::int64_t bias =
          epilogue.column_biases.empty() ? row_bias : std::int64_t{epilogue.column_biases[c]} << bias_shift;
      const std::int64_t y = numerics::round_shift(accumulator[at] * scale, shift) + bias;
      values[at] = numerics::activate(epilogue.activation, numerics::saturate_working(y, saturations));
    }
  }
  return values;
}

}  // namespace edgebert::product
