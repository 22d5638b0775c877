// SPDX-License-Identifier: Apache-2.0
// A SentencePiece model file read by us before the library sees it. The library trusts what it loads: an
// index in a damaged normalisation table leads it out of the table. So the file is taken apart, checked, and
// only what was checked is put together again. Fields and their numbers: sentencepiece_model.proto; the
// table: a double array of Darts-clone in front of the strings it points to. Not kept: the training options,
// self tests, the table that undoes normalisation. Refused: models that are not unigram models.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace edgebert::model {

struct SentencePieceModel {
  enum class Type : std::uint8_t { normal = 1, unknown, control, user_defined, unused, byte };

  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::normal;
  };

  std::vector<Piece> pieces;
  std::string normalisation;  ///< precompiled_charsmap; empty: none
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
};

/// @throws Error(Failure::image) saying what is wrong: bytes that are no such model, pieces that are empty,
/// too many, not UTF-8 or have no finite score, a normalisation table that points outside itself
SentencePieceModel read_sentencepiece(std::span<const std::uint8_t> bytes);

/// The file. Pieces alone, without the other fields, if those are as a new SentencePieceModel has them.
std::string sentencepiece_file(const SentencePieceModel& model);

}  // namespace edgebert::model
