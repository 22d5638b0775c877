// SPDX-License-Identifier: Apache-2.0
// The cleaning and the treatment of pieces such as "9,000," follow HuggingFace transformers,
// models/albert/tokenization_albert.py (Apache-2.0): preprocess_text and _tokenize.
#include "model/tokenizer.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sentencepiece_processor.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/ustring.h>

#include "model/sentencepiece_model.hpp"

namespace edgebert::model {
namespace {

constexpr std::string_view word_start = "\xe2\x96\x81";  // U+2581, SentencePiece's mark of a space

/// Text as UTF-16. @throws Error(Failure::input) unless it is valid UTF-8
icu::UnicodeString unicode_of(std::string_view text) {
  constexpr std::size_t text_max = 1u << 24;
  if (text.size() > text_max) {
    throw Error(Failure::input,
                fmt::format("tokenizing a text: it has {} bytes, at most {} are accepted; split it",
                            text.size(), text_max));
  }
  const auto bytes = static_cast<std::int32_t>(text.size());
  icu::UnicodeString unicode;
  UErrorCode code = U_ZERO_ERROR;
  std::int32_t units = 0;
  UChar* buffer = unicode.getBuffer(bytes + 1);
  u_strFromUTF8(buffer, bytes + 1, &units, text.data(), bytes, &code);
  unicode.releaseBuffer(U_SUCCESS(code) ? units : 0);
  if (U_FAILURE(code)) {
    throw Error(Failure::input, "tokenizing a text: it is not valid UTF-8; convert the file to UTF-8");
  }
  return unicode;
}

/// Leading and trailing white space removed, inner runs of it one space.
icu::UnicodeString with_single_spaces(const icu::UnicodeString& text) {
  icu::UnicodeString result;
  bool pending = false;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 character = text.char32At(i);
    // Python's str.split() takes the four separator controls for white space too.
    if (u_isUWhiteSpace(character) || (character >= 0x1c && character <= 0x1f)) {
      pending = !result.isEmpty();
      continue;
    }
    if (pending) result.append(u' ');
    pending = false;
    result.append(character);
  }
  return result;
}

icu::UnicodeString without_accents(const icu::UnicodeString& text) {
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(code);
  const icu::UnicodeString decomposed = U_SUCCESS(code) ? nfkd->normalize(text, code) : text;
  if (U_FAILURE(code)) {
    throw Error(Failure::internal,
                fmt::format("normalising a text: ICU answered {}; check its data files", u_errorName(code)));
  }
  icu::UnicodeString result;
  for (std::int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
    const UChar32 character = decomposed.char32At(i);
    if (u_getCombiningClass(character) == 0) result.append(character);
  }
  return result;
}

std::string cleaned(std::string_view text, TextCleaning cleaning) {
  icu::UnicodeString unicode = unicode_of(text);
  if (cleaning == TextCleaning::albert) {
    unicode = with_single_spaces(unicode);
    unicode.findAndReplace(u"``", u"\"");
    unicode.findAndReplace(u"''", u"\"");
    unicode = without_accents(unicode);
  }
  unicode.toLower(icu::Locale::getRoot());
  std::string result;
  unicode.toUTF8String(result);
  return result;
}

/// One line, whatever the library quotes.
std::string printable(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

struct Tokenizer::Implementation {
  sentencepiece::SentencePieceProcessor processor;
  TextCleaning cleaning;
  std::uint16_t cls;
  std::uint16_t sep;

  std::vector<std::string> pieces_of(const std::string& text) const {
    std::vector<std::string> pieces;
    if (const auto status = processor.Encode(text, &pieces); !status.ok()) {
      throw Error(Failure::input,
                  fmt::format("tokenizing a text: SentencePiece answered '{}'", status.ToString()));
    }
    return pieces;
  }

  /// "9,000," was one piece: the digits are encoded again without the comma, which becomes its own piece.
  void split_trailing_comma(const std::string& piece, std::vector<std::string>& pieces) const {
    std::string digits = piece.substr(0, piece.size() - 1);
    const bool starts_word = digits.starts_with(word_start);
    for (auto at = digits.find(word_start); at != std::string::npos; at = digits.find(word_start)) {
      digits.erase(at, word_start.size());
    }
    std::vector<std::string> again = pieces_of(digits);
    if (!starts_word && !again.empty() && again.front().starts_with(word_start)) {
      again.front().erase(0, word_start.size());
      if (again.front().empty()) again.erase(again.begin());
    }
    pieces.insert(pieces.end(), again.begin(), again.end());
    pieces.emplace_back(",");
  }

  std::vector<std::uint16_t> ids_of(std::string_view text) const {
    std::vector<std::string> pieces;
    for (const std::string& piece : pieces_of(cleaned(text, cleaning))) {
      if (piece.size() > 1 && piece.back() == ',' && is_digit(piece[piece.size() - 2])) {
        split_trailing_comma(piece, pieces);
      } else {
        pieces.push_back(piece);
      }
    }
    if (pieces.empty()) {
      throw Error(Failure::input, "tokenizing a text: it has no tokens; give at least one word");
    }
    std::vector<std::uint16_t> ids;
    for (const std::string& piece : pieces)
      ids.push_back(static_cast<std::uint16_t>(processor.PieceToId(piece)));
    return ids;
  }
};

const char* name_of(TextCleaning cleaning) {
  return cleaning == TextCleaning::albert ? "albert" : "lower_case";
}

TextCleaning text_cleaning_named(const std::string& name) {
  for (const TextCleaning cleaning : {TextCleaning::albert, TextCleaning::lower_case}) {
    if (name == name_of(cleaning)) return cleaning;
  }
  throw Error(Failure::image,
              fmt::format("reading the tokenizer: text cleaning {} is unknown; use albert or lower_case",
                          nlohmann::json(name).dump()));
}

Tokenizer::Tokenizer(std::span<const std::uint8_t> model, TextCleaning cleaning)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->cleaning = cleaning;
  auto& processor = implementation_->processor;
  const auto status = processor.LoadFromSerializedProto(sentencepiece_file(read_sentencepiece(model)));
  if (!status.ok()) {
    throw Error(Failure::image,
                fmt::format("reading the tokenizer: the bytes are not a SentencePiece model that can "
                            "be used: the library answered {}; use ALBERT's spiece.model",
                            printable(status.ToString())));
  }
  const int cls = processor.PieceToId("[CLS]");
  const int sep = processor.PieceToId("[SEP]");
  if (processor.IsUnknown(cls) || processor.IsUnknown(sep)) {
    throw Error(Failure::image,
                "reading the tokenizer: it has no pieces [CLS] and [SEP]; use ALBERT's spiece.model");
  }
  implementation_->cls = static_cast<std::uint16_t>(cls);
  implementation_->sep = static_cast<std::uint16_t>(sep);
}

Tokenizer::Tokenizer(const ModelImage& image)
    : Tokenizer(image.container().at("tokenizer").bytes, text_cleaning_named(image.text_cleaning())) {}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Encoding Tokenizer::encode(std::string_view text, std::size_t sequence) const {
  constexpr std::size_t special = 2;
  if (sequence <= special) {
    throw Error(Failure::input,
                fmt::format("tokenizing a text: a sequence length of {} leaves no room between [CLS] "
                            "and [SEP]; use at least 3",
                            sequence));
  }
  Encoding encoding;
  encoding.ids = implementation_->ids_of(text);
  if (encoding.ids.size() > sequence - special) {
    encoding.truncated_from = encoding.ids.size() + special;
    encoding.ids.resize(sequence - special);
  }
  encoding.ids.insert(encoding.ids.begin(), implementation_->cls);
  encoding.ids.push_back(implementation_->sep);
  encoding.first_segment = static_cast<std::uint32_t>(encoding.ids.size());
  return encoding;
}

Encoding Tokenizer::encode(std::string_view first, std::string_view second, std::size_t sequence) const {
  constexpr std::size_t special = 3;
  if (sequence <= special + 1) {
    throw Error(Failure::input,
                fmt::format("tokenizing a pair: a sequence length of {} leaves no room for two "
                            "sentences; use at least 5",
                            sequence));
  }
  std::vector<std::uint16_t> a = implementation_->ids_of(first);
  std::vector<std::uint16_t> b = implementation_->ids_of(second);
  Encoding encoding;
  const std::size_t wanted = a.size() + b.size() + special;
  if (wanted > sequence) encoding.truncated_from = wanted;
  while (a.size() + b.size() + special > sequence) (a.size() > b.size() ? a : b).pop_back();
  encoding.ids = {implementation_->cls};
  encoding.ids.insert(encoding.ids.end(), a.begin(), a.end());
  encoding.ids.push_back(implementation_->sep);
  encoding.first_segment = static_cast<std::uint32_t>(encoding.ids.size());
  encoding.ids.insert(encoding.ids.end(), b.begin(), b.end());
  encoding.ids.push_back(implementation_->sep);
  return encoding;
}

std::uint32_t Tokenizer::vocabulary() const {
  return static_cast<std::uint32_t>(implementation_->processor.GetPieceSize());
}

}  // namespace edgebert::model
