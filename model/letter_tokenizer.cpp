// SPDX-License-Identifier: Apache-2.0
#include "model/letter_tokenizer.hpp"

#include <string>

#include "model/sentencepiece_model.hpp"

namespace edgebert::model {
namespace {

constexpr const char* word_start = "\xe2\x96\x81";  // U+2581, SentencePiece's mark of a space

/// Takes pieces until it has as many as wanted.
class Pieces {
 public:
  using Type = SentencePieceModel::Type;

  explicit Pieces(std::uint32_t wanted) : wanted_(wanted) {}

  bool full() const { return model_.pieces.size() == wanted_; }

  /// Nothing once all wanted pieces are there.
  void add(const std::string& piece, Type type = Type::normal) {
    if (!full()) model_.pieces.push_back({piece, -1.0f, type});
  }

  std::vector<std::uint8_t> file() const {
    const std::string text = sentencepiece_file(model_);
    return {text.begin(), text.end()};
  }

 private:
  SentencePieceModel model_;
  std::uint32_t wanted_;
};

/// The next sequence of the same length: "ab" after "aa"; false after the last.
bool advance(std::string& letters) {
  for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
    if (++*letter <= 'z') return true;
    *letter = 'a';
  }
  return false;
}

void add_sequences(Pieces& model, std::size_t length, const std::string& prefix) {
  std::string letters(length, 'a');
  do {
    model.add(prefix + letters);
  } while (!model.full() && advance(letters));
}

}  // namespace

std::vector<std::uint8_t> letter_tokenizer(std::uint32_t pieces) {
  Pieces model(pieces);
  model.add("<pad>", Pieces::Type::control);
  model.add("<unk>", Pieces::Type::unknown);
  for (const char* special : {"[CLS]", "[SEP]", "[MASK]"}) model.add(special, Pieces::Type::control);
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
  return model.file();
}

}  // namespace edgebert::model
