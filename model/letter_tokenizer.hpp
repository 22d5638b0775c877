// SPDX-License-Identifier: Apache-2.0
// A SentencePiece model of any number of pieces for checkpoints that were never trained: ALBERT's five
// special pieces, the characters of lower-case text, then letter sequences, the shorter first, at the start
// of a word before inside it. All scores are equal, so a text becomes as few pieces as possible.
#pragma once
#include <cstdint>
#include <vector>

namespace edgebert::model {

/// ALBERT's special pieces and the word start.
inline constexpr std::uint32_t letter_tokenizer_least = 6;

/// The serialised model.
/// @param pieces  letter_tokenizer_least to 65536; characters that find no place are unknown to it
std::vector<std::uint8_t> letter_tokenizer(std::uint32_t pieces);

}  // namespace edgebert::model
