// SPDX-License-Identifier: Apache-2.0
#include "model/sentencepiece_model.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <unicode/utf8.h>

#include "contract/error.hpp"

namespace edgebert::model {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t pieces_max = 0x10000;  // token ids are 16 bits
constexpr std::size_t piece_bytes_max = 1024;
constexpr std::size_t replacement_bytes_max = 1024;  // what a character may be normalised to
constexpr float score_max = 1e6f;

enum Wire : unsigned { variable_length = 0, fixed_64_bits = 1, length_delimited = 2, fixed_32_bits = 5 };

namespace field {
// ModelProto
constexpr unsigned pieces = 1;
constexpr unsigned trainer = 2;
constexpr unsigned normalizer = 3;
// SentencePiece
constexpr unsigned piece = 1;
constexpr unsigned score = 2;
constexpr unsigned type = 3;
// TrainerSpec
constexpr unsigned model_type = 3;
constexpr unsigned treat_whitespace_as_suffix = 24;
constexpr unsigned byte_fallback = 35;
// NormalizerSpec
constexpr unsigned precompiled_charsmap = 2;
constexpr unsigned add_dummy_prefix = 3;
constexpr unsigned remove_extra_whitespaces = 4;
constexpr unsigned escape_whitespaces = 5;
}  // namespace field

Error refuse(const std::string& why) {
  return Error(Failure::image,
               fmt::format("reading the tokenizer: the bytes are not a SentencePiece model that can "
                           "be used: {}; use ALBERT's spiece.model",
                           why));
}

/// Fields of a protocol buffer message, one after the other.
class Message {
 public:
  explicit Message(Bytes bytes) : rest_(bytes) {}

  unsigned number = 0;
  Wire wire = variable_length;
  std::uint64_t value = 0;  ///< of variable_length
  Bytes content;            ///< of the others

  /// @return false behind the last one
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t tag = variable();
    number = static_cast<unsigned>(tag >> 3);
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff) throw refuse("a field has no number");
    wire = static_cast<Wire>(tag & 7);
    switch (tag & 7) {
      case variable_length:
        value = variable();
        return true;
      case fixed_64_bits:
        content = take(8);
        return true;
      case length_delimited:
        content = take(variable());
        return true;
      case fixed_32_bits:
        content = take(4);
        return true;
      default:
        throw refuse(fmt::format("field {} is of the unknown kind {}", number, tag & 7));
    }
  }

  bool is(unsigned wanted, Wire kind) const {
    if (number != wanted) return false;
    if (wire != kind) throw refuse(fmt::format("field {} is of another kind than it should be", number));
    return true;
  }

 private:
  Bytes take(std::uint64_t count) {
    if (count > rest_.size()) throw refuse("it ends inside a field");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  std::uint64_t variable() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = take(1)[0];
      result |= std::uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return result;
    }
    throw refuse("a number has more than 64 bits");
  }

  Bytes rest_;
};

std::string text_of(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

bool is_utf8(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 character = 0;
    U8_NEXT(text.data(), i, size, character);
    if (character < 0) return false;
  }
  return true;
}

SentencePieceModel::Piece read_piece(Bytes bytes, std::size_t number) {
  SentencePieceModel::Piece piece;
  std::uint64_t type = static_cast<std::uint64_t>(piece.type);
  for (Message message(bytes); message.next();) {
    if (message.is(field::piece, length_delimited)) {
      piece.text = text_of(message.content);
    } else if (message.is(field::score, fixed_32_bits)) {
      std::memcpy(&piece.score, message.content.data(), sizeof piece.score);
    } else if (message.is(field::type, variable_length)) {
      type = message.value;
    }
  }
  const auto wrong = [&](const char* what) { return refuse(fmt::format("piece {} {}", number, what)); };
  if (piece.text.empty() || piece.text.size() > piece_bytes_max) throw wrong("is empty or too long");
  if (piece.text.find('\0') != std::string::npos || !is_utf8(piece.text)) throw wrong("is not UTF-8 text");
  if (!(std::abs(piece.score) <= score_max)) throw wrong("has no score");
  if (type < static_cast<std::uint64_t>(SentencePieceModel::Type::normal) ||
      type > static_cast<std::uint64_t>(SentencePieceModel::Type::byte))
    throw wrong("is of an unknown type");
  piece.type = static_cast<SentencePieceModel::Type>(type);
  return piece;
}

void read_trainer(Bytes bytes, SentencePieceModel& model) {
  constexpr std::uint64_t unigram = 1;
  for (Message message(bytes); message.next();) {
    if (message.is(field::model_type, variable_length)) {
      if (message.value != unigram) throw refuse("it is not a unigram model");
    } else if (message.is(field::byte_fallback, variable_length)) {
      model.byte_fallback = message.value != 0;
    } else if (message.is(field::treat_whitespace_as_suffix, variable_length)) {
      model.treat_whitespace_as_suffix = message.value != 0;
    }
  }
}

void read_normalizer(Bytes bytes, SentencePieceModel& model) {
  for (Message message(bytes); message.next();) {
    if (message.is(field::precompiled_charsmap, length_delimited)) {
      model.normalisation = text_of(message.content);
    } else if (message.is(field::add_dummy_prefix, variable_length)) {
      model.add_dummy_prefix = message.value != 0;
    } else if (message.is(field::remove_extra_whitespaces, variable_length)) {
      model.remove_extra_whitespaces = message.value != 0;
    } else if (message.is(field::escape_whitespaces, variable_length)) {
      model.escape_whitespaces = message.value != 0;
    }
  }
}

/// A unit of the double array: where its children are, and whether it ends a key.
struct Unit {
  std::uint32_t bits;
  bool is_value() const { return bits >> 31 != 0; }
  bool has_value() const { return (bits >> 8 & 1) != 0; }
  std::uint32_t value() const { return bits & 0x7fffffff; }
  std::uint32_t distance() const { return bits >> 10 << ((bits & 0x200) >> 6); }
};

/// Every step that the library may take stays inside the array, every value is the start of a short string.
void check_normalisation(std::string_view table) {
  std::uint32_t array_bytes = 0;
  if (table.size() < sizeof array_bytes) throw refuse("its normalisation table has no size");
  std::memcpy(&array_bytes, table.data(), sizeof array_bytes);
  table.remove_prefix(sizeof array_bytes);
  if (array_bytes == 0 || array_bytes % sizeof(Unit) != 0 || array_bytes >= table.size())
    throw refuse("its normalisation table is cut off");
  const std::string_view strings = table.substr(array_bytes);
  if (strings.back() != '\0' || !is_utf8(strings))
    throw refuse("its normalisation table does not end in text");
  for (std::size_t at = 0; at < strings.size();) {
    const std::size_t end = strings.find('\0', at);
    if (end - at > replacement_bytes_max) throw refuse("its normalisation table makes texts too long");
    at = end + 1;
  }
  const std::uint32_t units = array_bytes / sizeof(Unit);
  const auto unit = [&](std::uint32_t index) {
    Unit result{};
    std::memcpy(&result, table.data() + std::size_t{index} * sizeof(Unit), sizeof result);
    return result;
  };
  for (std::uint32_t i = 0; i < units; ++i) {
    const Unit parent = unit(i);
    if (parent.is_value() && i != 0) continue;  // never a step on a key; the root is where all begin
    const std::uint32_t children = i ^ parent.distance();
    if ((children | 0xff) >= units) throw refuse("its normalisation table points outside itself");
    if (parent.has_value() && unit(children).value() >= strings.size())
      throw refuse("its normalisation table points outside its texts");
  }
}

void append_variable(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_tag(std::string& out, unsigned number, Wire wire) {
  append_variable(out, number << 3 | wire);
}

void append_bytes(std::string& out, unsigned number, std::string_view content) {
  append_tag(out, number, length_delimited);
  append_variable(out, content.size());
  out += content;
}

/// Nothing for what the proto takes for granted.
void append_flag(std::string& out, unsigned number, bool value, bool granted) {
  if (value == granted) return;
  append_tag(out, number, variable_length);
  append_variable(out, value ? 1 : 0);
}

}  // namespace

SentencePieceModel read_sentencepiece(std::span<const std::uint8_t> bytes) {
  SentencePieceModel model;
  for (Message message(bytes); message.next();) {
    if (message.is(field::pieces, length_delimited)) {
      if (model.pieces.size() == pieces_max)
        throw refuse(fmt::format("it has more than {} pieces", pieces_max));
      model.pieces.push_back(read_piece(message.content, model.pieces.size()));
    } else if (message.is(field::trainer, length_delimited)) {
      read_trainer(message.content, model);
    } else if (message.is(field::normalizer, length_delimited)) {
      read_normalizer(message.content, model);
    }
  }
  if (model.pieces.empty()) throw refuse("it has no pieces");
  if (!model.normalisation.empty()) check_normalisation(model.normalisation);
  return model;
}

std::string sentencepiece_file(const SentencePieceModel& model) {
  std::string file;
  std::string message;
  for (const SentencePieceModel::Piece& piece : model.pieces) {
    message.clear();
    append_bytes(message, field::piece, piece.text);
    append_tag(message, field::score, fixed_32_bits);
    const auto score = std::bit_cast<std::uint32_t>(piece.score);
    for (unsigned shift = 0; shift < 32; shift += 8) message += static_cast<char>(score >> shift);
    append_tag(message, field::type, variable_length);
    append_variable(message, static_cast<std::uint64_t>(piece.type));
    append_bytes(file, field::pieces, message);
  }
  message.clear();
  append_flag(message, field::treat_whitespace_as_suffix, model.treat_whitespace_as_suffix, false);
  append_flag(message, field::byte_fallback, model.byte_fallback, false);
  if (!message.empty()) append_bytes(file, field::trainer, message);
  message.clear();
  if (!model.normalisation.empty()) append_bytes(message, field::precompiled_charsmap, model.normalisation);
  append_flag(message, field::add_dummy_prefix, model.add_dummy_prefix, true);
  append_flag(message, field::remove_extra_whitespaces, model.remove_extra_whitespaces, true);
  append_flag(message, field::escape_whitespaces, model.escape_whitespaces, true);
  if (!message.empty()) append_bytes(file, field::normalizer, message);
  return file;
}

}  // namespace edgebert::model
