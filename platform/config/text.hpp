// SPDX-License-Identifier: Apache-2.0
// Small text helpers of the hosted side: UTF-8 validity, one-line printing of foreign text, nearest spelling.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edgebert {

/// Byte offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong
/// forms, no surrogates, nothing beyond U+10FFFF); nothing if all of it is well-formed.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The text on one line of a terminal: control characters (C0, DEL, C1), line and direction separators and
/// bytes that are not UTF-8 become \xNN or \u{N}; everything else stays.
std::string printable(std::string_view text);

/// Changes of one character (insertion, deletion, replacement) that make one text the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest edit distance, the first of equals; empty if there is none.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace edgebert
