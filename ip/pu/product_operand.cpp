// SPDX-License-Identifier: Apache-2.0
// Decoding goes block by block, a panel of rows by 128 elements: a block stays in the first-level cache while
// its codes become significands, its non-zeros are counted and its squares summed.
#include <algorithm>
#include <bit>
#include <cstring>

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/product_kernel.hpp"

#define HWY_TARGET_INCLUDE "ip/pu/product_operand.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_PU_PRODUCT_OPERAND_SHARED
#define EDGEBERT_PU_PRODUCT_OPERAND_SHARED
namespace edgebert::product {

constexpr std::uint32_t block_elements = 128;
constexpr std::size_t line_elements = sizeof(Operand::Line) / sizeof(std::int16_t);
static_assert(block_elements % mask_group == 0);
/// In bytes, the counters of a block's non-zeros hold its rows; in 32 bits, sums of squares hold its
/// elements.
static_assert(panel_columns < 256 && std::int64_t{block_elements} * 3968 * 3968 < std::int64_t{1} << 31);

/// Codes of some rows, zeros where there are none.
struct Block {
  alignas(64) std::uint8_t codes[panel_columns][block_elements];
  std::uint32_t rows;
  std::uint32_t elements;  ///< with padding to whole lines
};

/// Where a block's significands, non-zeros and squares go.
struct BlockOutput {
  std::int16_t* significands;  ///< row r at r * padded; or the block's first line of the panel
  std::size_t padded;
  std::uint32_t* nonzeros;
  std::uint32_t* squares;  ///< of the block's rows
};

}  // namespace edgebert::product
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::product::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void decode_row(const std::uint8_t* codes, std::uint32_t elements, std::int16_t* significands) {
  for (std::uint32_t k = 0; k < elements; ++k) significands[k] = numerics::significands[codes[k]];
}
#else
/// @param elements  a multiple of `line_elements`
void decode_row(const std::uint8_t* codes, std::uint32_t elements, std::int16_t* significands) {
  const hn::CappedTag<std::int16_t, line_elements> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const hn::Rebind<std::int8_t, decltype(d16)> d8_signed;
  HWY_ALIGN static constexpr std::uint8_t powers[16] = {1, 2, 4, 8, 16, 32, 64, 128};
  const auto power_table = hn::LoadDup128(d8, powers);
  for (std::uint32_t k = 0; k < elements; k += static_cast<std::uint32_t>(hn::Lanes(d16))) {
    const auto code = hn::Load(d8, codes + k);
    const auto magnitude = hn::And(code, hn::Set(d8, numerics::largest_magnitude));
    const auto exponent = hn::ShiftRight<numerics::mantissa_bits>(magnitude);
    const auto mantissa = hn::And(code, hn::Set(d8, numerics::hidden_one - 1));
    const auto with_one = hn::Or(mantissa, hn::Set(d8, numerics::hidden_one));
    const auto significand = hn::IfThenZeroElse(hn::Eq(magnitude, hn::Zero(d8)), with_one);
    const auto power = hn::TableLookupBytes(power_table, exponent);
    const auto product = hn::Mul(hn::PromoteTo(d16, significand), hn::PromoteTo(d16, power));
    const auto sign = hn::PromoteTo(d16, hn::BitCast(d8_signed, code));
    hn::Store(hn::IfNegativeThenElse(sign, hn::Neg(product), product), d16, significands + k);
  }
}
#endif

std::uint32_t sum_of_squares(const std::int16_t* values, std::uint32_t count) {
  std::int32_t sum = 0;
  for (std::uint32_t k = 0; k < count; ++k) sum += std::int32_t{values[k]} * values[k];
  return static_cast<std::uint32_t>(sum);
}

void count_nonzeros(const Block& block, std::uint32_t* nonzeros) {
  std::uint8_t counts[block_elements] = {};
  for (std::uint32_t r = 0; r < block.rows; ++r) {
    for (std::uint32_t k = 0; k < block_elements; ++k) {
      counts[k] = static_cast<std::uint8_t>(counts[k] +
                                            ((block.codes[r][k] & numerics::largest_magnitude) != 0 ? 1 : 0));
    }
  }
  for (std::uint32_t k = 0; k < block.elements; ++k) nonzeros[k] += counts[k];
}

void decode_rows(const Block& block, const BlockOutput& out) {
  for (std::uint32_t r = 0; r < block.rows; ++r) {
    std::int16_t* row = out.significands + r * out.padded;
    decode_row(block.codes[r], block.elements, row);
    out.squares[r] = sum_of_squares(row, block.elements);
  }
  count_nonzeros(block, out.nonzeros);
}

void decode_panel(const Block& block, const BlockOutput& out) {
  alignas(64) std::int16_t rows[panel_columns][block_elements];
  for (std::uint32_t r = 0; r < panel_columns; ++r) {
    decode_row(block.codes[r], block.elements, rows[r]);
    out.squares[r] = sum_of_squares(rows[r], block.elements);
  }
  count_nonzeros(block, out.nonzeros);
  constexpr std::size_t group_bytes = group_elements * sizeof(std::int16_t);
  for (std::uint32_t first = 0; first < block.elements; first += group_elements) {
    for (std::uint32_t r = 0; r < panel_columns; ++r) {
      std::memcpy(out.significands + first * panel_columns + r * group_elements, rows[r] + first,
                  group_bytes);
    }
  }
}

}  // namespace edgebert::product::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::product {

HWY_EXPORT(decode_rows);
HWY_EXPORT(decode_panel);

namespace {

template <typename Number>
constexpr Number round_up(Number value, Number multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

class DenseSource {
 public:
  DenseSource(std::span<const std::uint8_t> codes, std::size_t stride)
      : codes_(codes.data()), stride_(stride) {}
  void begin_rows(std::uint32_t first, std::uint32_t) { rows_ = codes_ + first * stride_; }
  void copy(std::uint32_t row, std::uint32_t first, std::uint32_t count, std::uint8_t* out) const {
    std::memcpy(out, rows_ + row * stride_ + first, count);
  }

 private:
  const std::uint8_t* codes_;
  const std::uint8_t* rows_ = nullptr;
  std::size_t stride_;
};

class PackedSource {
 public:
  PackedSource(std::span<const std::uint8_t> masks, std::span<const std::uint8_t> data, std::uint32_t groups)
      : masks_(masks.data()), next_row_(data.data()), end_(data.data() + data.size()), groups_(groups) {}
  void begin_rows(std::uint32_t first, std::uint32_t count) {
    first_ = first;
    for (std::uint32_t r = 0; r < count; ++r) {
      next_[r] = next_row_;
      next_row_ += bit_mask::population(masks_ + 8 * (std::size_t{first} + r) * groups_, groups_);
    }
  }
  void copy(std::uint32_t row, std::uint32_t first, std::uint32_t count, std::uint8_t* out) {
    const std::uint8_t* masks = masks_ + 8 * ((std::size_t{first_} + row) * groups_ + first / mask_group);
    next_[row] = bit_mask::expand_groups(masks, bit_mask::groups(count), next_[row], end_, out);
  }

 private:
  const std::uint8_t* masks_;
  const std::uint8_t* next_row_;  ///< non-zeros of the first row not begun
  const std::uint8_t* end_;
  std::uint32_t groups_;
  std::uint32_t first_ = 0;
  const std::uint8_t* next_[panel_columns] = {};
};

}  // namespace

template <typename Source>
void Operand::fill(Role role, std::uint32_t rows, std::uint32_t reduction, Source&& source) {
  role_ = role;
  rows_ = rows;
  reduction_ = reduction;
  padded_ = round_up(std::size_t{reduction}, line_elements);
  const std::size_t stored_rows = role == Role::columns ? round_up(rows, panel_columns) : rows;
  lines_.resize(stored_rows * padded_ / line_elements);
  nonzeros_.assign(padded_, 0);
  largest_square_ = 0;
  const auto decode_block =
      role == Role::columns ? HWY_DYNAMIC_DISPATCH(decode_panel) : HWY_DYNAMIC_DISPATCH(decode_rows);
  const std::size_t step = role == Role::columns ? panel_columns : 1;  // significands an element moves on
  for (std::uint32_t first_row = 0; first_row < rows; first_row += panel_columns) {
    Block block{};
    block.rows = std::min(panel_columns, rows - first_row);
    source.begin_rows(first_row, block.rows);
    std::uint64_t squares[panel_columns] = {};
    for (std::uint32_t first = 0; first < reduction; first += block_elements) {
      const std::uint32_t count = std::min(block_elements, reduction - first);
      block.elements = static_cast<std::uint32_t>(round_up(std::size_t{count}, line_elements));
      std::uint32_t block_squares[panel_columns] = {};
      for (std::uint32_t r = 0; r < block.rows; ++r) {
        source.copy(r, first, count, block.codes[r]);
        std::memset(block.codes[r] + count, 0, block_elements - count);
      }
      decode_block(block, {lines_.data()->values + first_row * padded_ + first * step, padded_,
                           nonzeros_.data() + first, block_squares});
      for (std::uint32_t r = 0; r < block.rows; ++r) squares[r] += block_squares[r];
    }
    largest_square_ = std::max(largest_square_, *std::max_element(squares, squares + panel_columns));
  }
}

void Operand::decode(Role role, std::span<const std::uint8_t> codes, std::uint32_t rows,
                     std::uint32_t reduction, std::size_t stride) {
  fill(role, rows, reduction, DenseSource(codes, stride));
}

std::optional<std::size_t> Operand::unpack(Role role, std::span<const std::uint8_t> masks,
                                           std::span<const std::uint8_t> data, std::uint32_t rows,
                                           std::uint32_t reduction) {
  const auto codes = bit_mask::count(masks, rows, reduction);
  if (!codes || *codes > data.size()) return std::nullopt;
  fill(role, rows, reduction, PackedSource(masks, data, bit_mask::groups(reduction)));
  return codes;
}

std::size_t Operand::bytes() const {
  return lines_.capacity() * sizeof(Line) + nonzeros_.capacity() * sizeof(std::uint32_t);
}

}  // namespace edgebert::product
#endif
