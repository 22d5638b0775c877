// SPDX-License-Identifier: Apache-2.0
// What the processing unit computes (docs/numerics.md sections 3 and 4): exact products of AdaptivFloat
// matrices, then scale, channel bias, saturation and activation. A whole command at once; n does not enter,
// since the accumulator is exact. Operands and accumulators reuse their storage: once grown to the largest
// command, nothing allocates. Every instruction set gives the same results.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "contract/formats.hpp"

namespace edgebert::product {

/// A matrix's rows become rows, or columns, of the result.
enum class Role { rows, columns };

/// Columns of the result that are computed side by side.
inline constexpr std::uint32_t panel_columns = 16;
/// Consecutive elements of the reduction that lie together, column by column.
inline constexpr std::uint32_t group_elements = 4;

/// A decoded matrix in the layout its role needs, as significands of 13 bits.
class Operand {
 public:
  /// One cache line of significands.
  struct alignas(64) Line {
    /// Not cleared: decoding writes all of it.
    Line() {}  // NOLINT(modernize-use-equals-default)
    std::int16_t values[2 * panel_columns];
  };

  /// @param storage  where it keeps its numbers
  explicit Operand(std::pmr::memory_resource* storage = std::pmr::get_default_resource())
      : lines_(storage), nonzeros_(storage) {}

  /// @param codes  rows of `reduction` AdaptivFloat codes, `stride` apart
  void decode(Role role, std::span<const std::uint8_t> codes, std::uint32_t rows, std::uint32_t reduction,
              std::size_t stride);

  /// Decodes the packed form (ip/pu/bit_mask.hpp).
  /// @param masks  rows * bit_mask::groups(reduction) little-endian 64-bit words
  /// @param data   the non-zeros; may be longer than needed
  /// @return bytes of `data` consumed; nothing, and the operand unchanged, if the masks name more codes than
  /// it holds or a column beyond the reduction
  std::optional<std::size_t> unpack(Role role, std::span<const std::uint8_t> masks,
                                    std::span<const std::uint8_t> data, std::uint32_t rows,
                                    std::uint32_t reduction);

  Role role() const { return role_; }
  std::uint32_t rows() const { return rows_; }
  std::uint32_t reduction() const { return reduction_; }
  /// Of each element of the reduction, over all rows.
  std::span<const std::uint32_t> nonzeros() const { return {nonzeros_.data(), reduction_}; }
  /// The largest sum of squares of a row.
  std::uint64_t largest_square() const { return largest_square_; }
  /// Host memory held.
  std::size_t bytes() const;

  /// Role::rows: row-major, each row padded with zeros to whole lines.
  /// Role::columns: panels of `panel_columns` rows of the matrix, the last filled up with zeros; a panel
  /// holds elements 0 to `group_elements` - 1 of each of its rows, then the next ones. Padded as above.
  const std::int16_t* significands() const { return lines_.data()->values; }
  /// Significands of a row, or of one row of a panel, with padding.
  std::size_t padded() const { return padded_; }

 private:
  template <typename Source>
  void fill(Role role, std::uint32_t rows, std::uint32_t reduction, Source&& source);

  Role role_ = Role::rows;
  std::uint32_t rows_ = 0;
  std::uint32_t reduction_ = 0;
  std::size_t padded_ = 0;
  std::uint64_t largest_square_ = 0;
  std::pmr::vector<Line> lines_;
  std::pmr::vector<std::uint32_t> nonzeros_;
};

/// Multiplications of a product with no zero operand.
std::uint64_t useful_products(const Operand& a, const Operand& b);

/// True if the machine multiplies pairs and adds them up in one instruction of 512 bits (AVX512-VNNI).
bool has_fused_products();

/// The exact sums of one command, or of several that continue each other (KEEP).
class Accumulator {
 public:
  /// @param fused  use that instruction; only if the machine has it. Changes no result.
  explicit Accumulator(bool fused = has_fused_products()) : fused_(fused) {}

  /// All sums 0.
  void clear(std::uint32_t rows, std::uint32_t columns);

  /// sum(r, c) += sum over k of rows[r][k] * columns[c][k]. Sums take 32 bits while the operands' norms prove
  /// that no sum, in any order, can exceed them, and 64 bits from then on.
  /// @param rows     Role::rows, as many rows as the accumulator
  /// @param columns  Role::columns, as many rows as the accumulator has columns, same reduction
  void add(const Operand& rows, const Operand& columns);

  std::uint32_t rows() const { return rows_; }
  std::uint32_t columns() const { return columns_; }
  bool wide() const { return wide_; }
  std::int64_t sum(std::uint32_t row, std::uint32_t column) const;

  /// Sums in 32 bits, if not wide(), and in 64 bits, if wide(); a row each `stride`.
  const std::int32_t* narrow_sums() const { return narrow_.data()->values; }
  const std::int64_t* wide_sums() const { return wide_sums_.data()->values; }
  std::size_t stride() const { return stride_; }

 private:
  struct alignas(64) NarrowLine {
    std::int32_t values[16];
  };
  struct alignas(64) WideLine {
    std::int64_t values[8];
  };

  void widen();

  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
  std::size_t stride_ = 0;   ///< sums a row, with padding to whole panels
  std::uint64_t bound_ = 0;  ///< no |sum| is larger
  bool wide_ = false;
  bool fused_;
  std::vector<NarrowLine> narrow_;
  std::vector<WideLine> wide_sums_;
};

/// What happens to an accumulated sum.
struct Epilogue {
  int shift;                                  ///< 16 - bias of A - bias of B, 2 to 16
  std::uint32_t scale = scale_one;            ///< UQ1.20
  std::span<const std::uint32_t> row_scales;  ///< one a row, 21 bits; empty: `scale` for all
  std::span<const std::int16_t> row_biases;   ///< at most one of the two is not empty
  std::span<const std::int16_t> column_biases;
  std::uint32_t bias_fraction = channel_bias_fraction_max;
  Activation activation = Activation::none;
};

/// Clamped elements.
struct Statistics {
  std::uint64_t working_saturations = 0;
  std::uint64_t code_saturations = 0;
};

/// Results in Q8.12. @param words  out: rows * columns, row-major
void finish_wide(const Accumulator& accumulator, const Epilogue& epilogue, std::span<std::int32_t> words,
                 Statistics& statistics);

/// Results as AdaptivFloat codes. @param codes  out: rows * columns, row-major
void finish_codes(const Accumulator& accumulator, const Epilogue& epilogue, std::uint32_t output_bias,
                  std::span<std::uint8_t> codes, Statistics& statistics);

}  // namespace edgebert::product
