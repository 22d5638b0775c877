// SPDX-License-Identifier: Apache-2.0
#include "model/letter_tokenizer.hpp"

#include <string>

namespace edgebert::model {
namespace {

constexpr const char* word_start = "\xe2\x96\x81";  // U+2581, SentencePiece's mark of a space

/// sentencepiece_model.proto: ModelProto.pieces = 1; SentencePiece.piece = 1, .score = 2, .type = 3.
class ModelProto {
 public:
  enum Type : std::uint8_t { normal = 1, unknown = 2, control = 3 };

  explicit ModelProto(std::uint32_t pieces) : wanted_(pieces) {}

  bool full() const { return pieces_ == wanted_; }

  /// Nothing once all wanted pieces are there.
  void add(const std::string& piece, Type type = normal) {
    if (full()) return;
    ++pieces_;
    constexpr std::uint8_t minus_one[] = {0, 0, 0x80, 0xbf};  // float, little-endian
    std::string message = bytes_field(1, piece);
    message += static_cast<char>(2 << 3 | fixed_32_bits);
    message.append(std::begin(minus_one), std::end(minus_one));
    message += static_cast<char>(3 << 3 | variable_length);
    message += static_cast<char>(type);
    const std::string field = bytes_field(1, message);
    bytes.insert(bytes.end(), field.begin(), field.end());
  }

  std::vector<std::uint8_t> bytes;

 private:
  enum WireType : unsigned { variable_length = 0, length_delimited = 2, fixed_32_bits = 5 };

  /// Of fewer than 128 bytes, whose length is one byte.
  static std::string bytes_field(unsigned number, const std::string& content) {
    std::string field;
    field += static_cast<char>(number << 3 | length_delimited);
    field += static_cast<char>(content.size());
    return field + content;
  }

  std::uint32_t wanted_;
  std::uint32_t pieces_ = 0;
};

/// The next sequence of the same length: "ab" after "aa"; false after the last.
bool advance(std::string& letters) {
  for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
    if (++*letter <= 'z') return true;
    *letter = 'a';
  }
  return false;
}

void add_sequences(ModelProto& model, std::size_t length, const std::string& prefix) {
  std::string letters(length, 'a');
  do {
    model.add(prefix + letters);
  } while (!model.full() && advance(letters));
}

}  // namespace

std::vector<std::uint8_t> letter_tokenizer(std::uint32_t pieces) {
  ModelProto model(pieces);
  model.add("<pad>", ModelProto::control);
  model.add("<unk>", ModelProto::unknown);
  for (const char* special : {"[CLS]", "[SEP]", "[MASK]"}) model.add(special, ModelProto::control);
  model.add(word_start);
  for (char character = 'a'; character <= 'z'; ++character) model.add({character});
  for (char character = '!'; character <= '~'; ++character) {
    const bool letter = (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
    if (!letter) model.add({character});
  }
  add_sequences(model, 1, word_start);
  for (std::size_t length = 2; !model.full(); ++length) {
    add_sequences(model, length, word_start);
    add_sequences(model, length, "");
  }
  return model.bytes;
}

}  // namespace edgebert::model
