// SPDX-License-Identifier: Apache-2.0
// A significand fits 13 bits, so one instruction multiplies pairs of them and adds the two products into 32
// bits. A vector holds two pairs of each of half its lanes' columns: one load of two pairs of a row serves
// all of them, and neighbouring lanes are added up at the end. 128 products always fit (128 * 3968^2 =
// 2,015,363,072 < 2^31); more do where the Cauchy-Schwarz inequality says so: no partial sum, in any order,
// exceeds the product of the two rows' norms.
#include "ip/pu/product_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#define HWY_TARGET_INCLUDE "ip/pu/product_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef EDGEBERT_PU_PRODUCT_KERNEL_SHARED
#define EDGEBERT_PU_PRODUCT_KERNEL_SHARED
namespace edgebert::product {

constexpr std::uint32_t widened_products = 128;
static_assert(std::int64_t{widened_products} * 3968 * 3968 < std::int64_t{1} << 31);
/// Elements of the reduction whose panels stay in the first-level cache while all rows pass.
constexpr std::uint32_t cached_products = 256;
constexpr std::uint32_t group_significands = group_elements * panel_columns;

/// What a kernel sees of two operands and an accumulator.
struct Matrices {
  const std::int16_t* a;  ///< row-major
  const std::int16_t* b;  ///< panels
  std::size_t padded;     ///< significands of a row
  std::uint32_t rows;
  std::uint32_t panels;
  std::uint32_t groups;  ///< of the reduction, with padding
  std::size_t stride;    ///< of the sums
  bool fused;            ///< Accumulator::Accumulator
};

}  // namespace edgebert::product
#endif

HWY_BEFORE_NAMESPACE();
namespace edgebert::product::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

constexpr std::size_t tile_rows = 4;
struct PairProducts {};

/// Adds the products of `group_count` groups of the reduction to some rows of a panel's sums.
template <typename, std::size_t rows, bool, typename Sum>
void add_tile(const std::int16_t* a, const std::int16_t* b, std::size_t padded, std::uint32_t group_count,
              Sum* sums, std::size_t stride) {
  std::int32_t tile[rows][panel_columns] = {};
  for (std::uint32_t group = 0; group < group_count; ++group) {
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int16_t* row = a + r * padded + std::size_t{group} * group_elements;
      for (std::size_t c = 0; c < panel_columns; ++c) {
        const std::int16_t* column = b + std::size_t{group} * group_significands + group_elements * c;
        for (std::size_t k = 0; k < group_elements; ++k) tile[r][c] += std::int32_t{row[k]} * column[k];
      }
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < panel_columns; ++c) sums[r * stride + c] += tile[r][c];
  }
}

#else

using Tag32 = hn::CappedTag<std::int32_t, panel_columns>;
using Tag16 = hn::Repartition<std::int16_t, Tag32>;
using Vector32 = hn::Vec<Tag32>;
using Vector16 = hn::Vec<Tag16>;
constexpr std::size_t lanes = hn::MaxLanes(Tag32());
/// Of a panel; each holds two sums a column.
constexpr std::size_t panel_vectors = 2 * panel_columns / lanes;
/// Rows of a tile: what the registers hold.
constexpr std::size_t tile_rows = lanes == 16 ? 8 : lanes == 8 ? 2 : 1;

/// sum[i] += a[2i] * b[2i] + a[2i + 1] * b[2i + 1]
struct PairProducts {
  static HWY_INLINE void add(Vector16 a, Vector16 b, Vector32& sum) {
    Vector32 unused = hn::Zero(Tag32());
    sum = hn::ReorderWidenMulAccumulate(Tag32(), a, b, sum, unused);
  }
};

#if HWY_TARGET == HWY_AVX3
/// The same in one instruction, which Highway has from 1.0.5 on.
struct FusedPairProducts {
  static HWY_INLINE void add(Vector16 a, Vector16 b, Vector32& sum) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
  }
};
#endif

HWY_INLINE void add_to(std::int32_t* sums, Vector32 vector) {
  const Tag32 d;
  hn::Store(hn::Add(hn::Load(d, sums), vector), d, sums);
}

HWY_INLINE void add_to(std::int64_t* sums, Vector32 vector) {
  const hn::Repartition<std::int64_t, Tag32> d;
  const hn::Half<Tag32> half;
  const auto low = hn::PromoteTo(d, hn::LowerHalf(half, vector));
  const auto high = hn::PromoteTo(d, hn::UpperHalf(half, vector));
  hn::Store(hn::Add(hn::Load(d, sums), low), d, sums);
  hn::Store(hn::Add(hn::Load(d, sums + lanes / 2), high), d, sums + lanes / 2);
}

/// Adds the products of `group_count` groups of the reduction to some rows of a panel's sums.
template <typename Products, std::size_t rows, bool fetches_ahead, typename Sum>
HWY_INLINE void add_tile(const std::int16_t* a, const std::int16_t* b, std::size_t padded,
                         std::uint32_t group_count, Sum* sums, std::size_t stride) {
  const Tag32 d32;
  const Tag16 d16;
  const hn::Repartition<std::int64_t, Tag32> d64;
  Vector32 tile[rows][panel_vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < panel_vectors; ++v) tile[r][v] = hn::Zero(d32);
  }
#pragma GCC unroll 4
  for (std::uint32_t group = 0; group < group_count; ++group) {
    if constexpr (fetches_ahead) {
      const std::int16_t* ahead = b + (std::size_t{group} + group_count) * group_significands;
      __builtin_prefetch(ahead, 0, 0);
      __builtin_prefetch(ahead + group_significands / 2, 0, 0);
    }
    Vector16 columns[panel_vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < panel_vectors; ++v)
      columns[v] = hn::Load(d16, b + std::size_t{group} * group_significands + v * 2 * lanes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < rows; ++r) {
      std::int64_t bits;
      static_assert(sizeof bits == group_elements * sizeof *a);
      std::memcpy(&bits, a + r * padded + std::size_t{group} * group_elements, sizeof bits);
      const auto row = hn::BitCast(d16, hn::Set(d64, bits));
#pragma GCC unroll 16
      for (std::size_t v = 0; v < panel_vectors; ++v) Products::add(row, columns[v], tile[r][v]);
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < panel_vectors; v += 2) {
      const auto even = hn::ConcatEven(d32, tile[r][v + 1], tile[r][v]);
      const auto odd = hn::ConcatOdd(d32, tile[r][v + 1], tile[r][v]);
      add_to(sums + r * stride + v / 2 * lanes, hn::Add(even, odd));
    }
  }
}

#endif

/// Adds the products of all rows and a panel, `height` rows at a time.
template <typename Products, std::size_t height, typename Sum>
void add_rows(const Matrices& m, const std::int16_t* a, const std::int16_t* b, std::uint32_t group_count,
              Sum* sums, std::uint32_t row = 0) {
  // Once for all rows: the next columns come straight to the first-level cache, since weights that pass
  // through the others would drive out what the rest of the simulator needs.
  if (height == tile_rows && row + height <= m.rows) {
    add_tile<Products, height, true>(a + row * m.padded, b, m.padded, group_count, sums + row * m.stride,
                                     m.stride);
    row += height;
  }
  for (; row + height <= m.rows; row += height) {
    add_tile<Products, height, false>(a + row * m.padded, b, m.padded, group_count, sums + row * m.stride,
                                      m.stride);
  }
  if constexpr (height > 1) {
    if (row < m.rows) add_rows<Products, height / 2>(m, a, b, group_count, sums, row);
  }
}

template <typename Products, typename Sum>
void add_products(const Matrices& m, std::uint32_t groups_at_once, Sum* sums) {
  for (std::uint32_t first = 0; first < m.groups; first += groups_at_once) {
    const std::uint32_t group_count = m.groups - first < groups_at_once ? m.groups - first : groups_at_once;
    const std::int16_t* a = m.a + std::size_t{first} * group_elements;
    const std::int16_t* b = m.b + std::size_t{first} * group_significands;
    for (std::uint32_t panel = 0; panel < m.panels; ++panel) {
      add_rows<Products, tile_rows>(m, a, b + panel * panel_columns * m.padded, group_count,
                                    sums + panel * panel_columns);
    }
  }
}

template <typename Sum>
void add_all(const Matrices& matrices, std::uint32_t groups_at_once, Sum* sums) {
#if HWY_TARGET == HWY_AVX3
  if (matrices.fused) return add_products<FusedPairProducts>(matrices, groups_at_once, sums);
#endif
  add_products<PairProducts>(matrices, groups_at_once, sums);
}

void add_narrow(const Matrices& matrices, std::int32_t* sums) {
  add_all(matrices, cached_products / group_elements, sums);
}

void add_wide(const Matrices& matrices, std::int64_t* sums) {
  add_all(matrices, widened_products / group_elements, sums);
}

}  // namespace edgebert::product::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgebert::product {

HWY_EXPORT(add_narrow);
HWY_EXPORT(add_wide);

namespace {

/// The largest sum 32 bits may hold: the epilogue adds half of 2^16 to it when it rounds.
constexpr std::uint64_t narrow_max = (std::uint64_t{1} << 31) - (std::uint64_t{1} << 15) - 1;

}  // namespace

#ifdef __x86_64__
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
std::uint64_t
useful_products(const Operand& a, const Operand& b) {
  const std::uint32_t* left = a.nonzeros().data();
  const std::uint32_t* right = b.nonzeros().data();
  const unsigned __int128 most = static_cast<unsigned __int128>(a.rows()) * b.rows() * a.reduction();
  if (most <= std::numeric_limits<std::uint32_t>::max()) {
    std::uint32_t products = 0;
    for (std::uint32_t k = 0; k < a.reduction(); ++k) products += left[k] * right[k];
    return products;
  }
  std::uint64_t products = 0;
  for (std::uint32_t k = 0; k < a.reduction(); ++k) products += std::uint64_t{left[k]} * right[k];
  return products;
}

bool has_fused_products() {
#if HWY_ARCH_X86
  return __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

void Accumulator::clear(std::uint32_t rows, std::uint32_t columns) {
  rows_ = rows;
  columns_ = columns;
  stride_ = (std::size_t{columns} + panel_columns - 1) / panel_columns * panel_columns;
  bound_ = 0;
  wide_ = false;
  narrow_.assign(rows * stride_ / std::size(NarrowLine{}.values), NarrowLine{});
}

void Accumulator::add(const Operand& rows, const Operand& columns) {
  const long double norms = std::sqrt(static_cast<long double>(rows.largest_square())) *
                            std::sqrt(static_cast<long double>(columns.largest_square()));
  bound_ += static_cast<std::uint64_t>(norms) + 1;
  if (!wide_ && bound_ > narrow_max) widen();
  const Matrices matrices{.a = rows.significands(),
                          .b = columns.significands(),
                          .padded = rows.padded(),
                          .rows = rows_,
                          .panels = static_cast<std::uint32_t>(stride_ / panel_columns),
                          .groups = (rows.reduction() + group_elements - 1) / group_elements,
                          .stride = stride_,
                          .fused = fused_};
  if (wide_) {
    HWY_DYNAMIC_DISPATCH(add_wide)(matrices, wide_sums_.data()->values);
  } else {
    HWY_DYNAMIC_DISPATCH(add_narrow)(matrices, narrow_.data()->values);
  }
}

std::int64_t Accumulator::sum(std::uint32_t row, std::uint32_t column) const {
  const std::size_t at = row * stride_ + column;
  return wide_ ? wide_sums()[at] : narrow_sums()[at];
}

void Accumulator::widen() {
  wide_sums_.resize(rows_ * stride_ / std::size(WideLine{}.values));
  std::copy_n(narrow_.data()->values, rows_ * stride_, wide_sums_.data()->values);
  wide_ = true;
}

}  // namespace edgebert::product
#endif
