// SPDX-License-Identifier: Apache-2.0
// Recorded entropies: comma-separated nats, one sentence a line, one column a layer, no header.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/inputs.hpp"

namespace edgebert::sim {

/// Nats as Q16.16.
std::uint32_t entropy_word(double nats);

/// The comma-separated numbers of a line. Spaces around a number do not count.
/// @param columns  as many as there must be
/// @throws Error(Failure::input) with file and line
std::vector<double> numbers_of(const TextLine& line, std::size_t columns);

/// Entropies of sentences, Q16.16, one a layer. Blank lines at the end of the file do not count.
/// @param classes  an entropy is at most ln(classes); what is above or below 0 by no more than 1e-6, the
///                 logarithm's rounding, is taken for the limit
/// @param limit    at most this many sentences, from the first; the rest is checked all the same
/// @throws Error(Failure::input) with file and line: a column too many or missing, what is no number, an
///         entropy out of range
std::vector<std::vector<std::uint32_t>> read_entropy_log(const std::filesystem::path& path,
                                                         std::uint32_t layers, std::uint32_t classes,
                                                         std::optional<std::size_t> limit = std::nullopt);

}  // namespace edgebert::sim
