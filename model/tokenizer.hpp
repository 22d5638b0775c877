// SPDX-License-Identifier: Apache-2.0
// ALBERT's tokenizer: text cleaning (ICU), SentencePiece, [CLS] and [SEP], truncation. Ids equal those of
// HuggingFace's slow AlbertTokenizer (keep_accents false, do_lower_case true).
// Not covered: text that spells special tokens ("[MASK]") is plain text here.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model_image.hpp"

namespace edgebert::model {

/// What happens to text before SentencePiece sees it; a property of the checkpoint.
enum class TextCleaning {
  albert,      ///< HuggingFace: white space collapsed, `` and '' become ", accents removed (NFKD), lower case
  lower_case,  ///< lower case only
};

/// "albert", "lower_case".
const char* name_of(TextCleaning cleaning);
/// @throws Error(Failure::image) if there is none of that name
TextCleaning text_cleaning_named(const std::string& name);

/// A sentence as the network takes it.
struct Encoding {
  std::vector<std::uint16_t> ids;   ///< [CLS] ... [SEP], or [CLS] ... [SEP] ... [SEP] of a pair; no padding
  std::uint32_t first_segment = 0;  ///< tokens of the first sentence, its [CLS] and [SEP] included
  std::size_t truncated_from = 0;   ///< tokens before truncation; 0 if nothing was cut
};

class Tokenizer {
 public:
  /// @param model  a serialised SentencePiece model
  /// @throws Error(Failure::image) if SentencePiece refuses it or it has no [CLS] and [SEP]
  Tokenizer(std::span<const std::uint8_t> model, TextCleaning cleaning);
  /// The tokenizer of a compiled model.
  explicit Tokenizer(const ModelImage& image);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// @param sequence  the most tokens wanted; the rest is cut before [SEP], as HuggingFace does
  /// @throws Error(Failure::input) if the text is not UTF-8 or has no tokens
  Encoding encode(std::string_view text, std::size_t sequence) const;
  /// A pair of sentences; the longer one loses tokens first (HuggingFace: longest_first).
  Encoding encode(std::string_view first, std::string_view second, std::size_t sequence) const;

  /// Pieces the model knows.
  std::uint32_t vocabulary() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace edgebert::model
