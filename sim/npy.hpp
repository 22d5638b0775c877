// SPDX-License-Identifier: Apache-2.0
// Matrices in NumPy's .npy format, version 1.0 (numpy.lib.format), row-major and little-endian. Debian 12 has
// no library for it.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace edgebert::sim {

/// A file of rows x columns elements: the type NumPy calls "|u1", "<i4", "<u4" or "<f8".
std::vector<std::uint8_t> npy_of(std::span<const std::uint8_t> values, std::size_t rows, std::size_t columns);
std::vector<std::uint8_t> npy_of(std::span<const std::int32_t> values, std::size_t rows, std::size_t columns);
std::vector<std::uint8_t> npy_of(std::span<const std::uint32_t> values, std::size_t rows,
                                 std::size_t columns);
std::vector<std::uint8_t> npy_of(std::span<const double> values, std::size_t rows, std::size_t columns);

}  // namespace edgebert::sim
