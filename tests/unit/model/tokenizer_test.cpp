// SPDX-License-Identifier: Apache-2.0
#include "model/tokenizer.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "model/sentencepiece_model.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using model::TextCleaning;
using model::Tokenizer;
using Ids = std::vector<std::uint16_t>;

namespace {

constexpr std::size_t sequence = 64;

Tokenizer shipped(TextCleaning cleaning) {
  return {read_file(test::shipped_dir / "spiece.model", "tokenizer"), cleaning};
}

}  // namespace

TEST_CASE("tokenizer: the ids of all 872 development sentences are those the checkpoint was evaluated with") {
  // tests/data/sst2_dev_ids.txt: one sentence a line in the order of dev.tsv, from the evaluation that came
  // with the shipped checkpoint (Python SentencePiece on lower-cased text).
  const Tokenizer tokenizer = shipped(TextCleaning::lower_case);
  CHECK(tokenizer.vocabulary() == 30000);
  std::ifstream sentences(test::shipped_dir / "dev.tsv");
  std::ifstream reference(test::source_dir / "tests/data/sst2_dev_ids.txt");
  std::string line;
  std::getline(sentences, line);
  int compared = 0;
  std::size_t longest = 0;
  while (std::getline(sentences, line)) {
    std::string expected;
    REQUIRE(std::getline(reference, expected));
    std::istringstream words(expected);
    const Ids ids{std::istream_iterator<std::uint16_t>(words), {}};
    const auto encoding = tokenizer.encode(line.substr(0, line.find('\t')), sequence);
    if (encoding.ids != ids || encoding.truncated_from != 0) FAIL(line);
    longest = std::max(longest, ids.size());
    ++compared;
  }
  CHECK(compared == 872);
  CHECK(longest == 60);
}

TEST_CASE("tokenizer: HuggingFace's own test sentences") {
  // transformers, tests/models/albert/test_tokenization_albert.py, the same spiece.model. There accents are
  // kept
  // ("e" with an acute is <unk> = 1); lower case only does the same to this text, but does not split
  // "92000,".
  const Tokenizer tokenizer = shipped(TextCleaning::albert);
  CHECK(tokenizer.encode("This is a test", sequence).ids == Ids{2, 48, 25, 21, 1289, 3});
  const Ids ids = tokenizer.encode("I was born in 92000, and this is", sequence).ids;
  CHECK(ids == Ids{2, 31, 23, 386, 19, 561, 3050, 15, 17, 48, 25, 3});
}

TEST_CASE("tokenizer: cleaning as in HuggingFace's preprocess_text") {
  const Tokenizer albert = shipped(TextCleaning::albert);
  const auto same = [&](const std::string& a, const std::string& b) {
    INFO(a);
    CHECK(albert.encode(a, sequence).ids == albert.encode(b, sequence).ids);
  };
  same("``quoted''", "\"quoted\"");
  same(" \t two \xc2\xa0\n words\r", "two words");
  same("CLICH\xc3\x89", "cliche");            // precomposed accent
  same("cliche\xcc\x81", "cliche");           // combining accent
  same("\xef\xbd\x81\xef\xac\x81n", "afin");  // full-width letter and ligature: NFKD
  const Tokenizer lower = shipped(TextCleaning::lower_case);
  CHECK(lower.encode("CLICH\xc3\x89", sequence).ids == lower.encode("clich\xc3\xa9", sequence).ids);
  CHECK(lower.encode("clich\xc3\xa9", sequence).ids != lower.encode("cliche", sequence).ids);
}

TEST_CASE("tokenizer: too long a text keeps [CLS] and [SEP] and says what it was") {
  const Tokenizer tokenizer = shipped(TextCleaning::albert);
  const auto whole = tokenizer.encode("this is a test", 6);
  CHECK(whole.ids == Ids{2, 48, 25, 21, 1289, 3});
  CHECK(whole.truncated_from == 0);
  CHECK(whole.first_segment == 6);
  const auto cut = tokenizer.encode("this is a test", 5);
  CHECK(cut.ids == Ids{2, 48, 25, 21, 3});
  CHECK(cut.truncated_from == 6);
  CHECK(cut.first_segment == 5);
  CHECK(test::error_of([&] { tokenizer.encode("a", 2); }).find("use at least 3") != std::string::npos);
}

TEST_CASE("tokenizer: a pair, cut from its longer end") {
  const Tokenizer tokenizer = shipped(TextCleaning::albert);
  const auto whole = tokenizer.encode("this is a test", "this is", 9);
  CHECK(whole.ids == Ids{2, 48, 25, 21, 1289, 3, 48, 25, 3});
  CHECK(whole.first_segment == 6);
  CHECK(whole.truncated_from == 0);
  // HuggingFace's longest_first takes from the second where both are as long.
  const auto cut = tokenizer.encode("this is a test", "this is", 6);
  CHECK(cut.ids == Ids{2, 48, 25, 3, 48, 3});
  CHECK(cut.first_segment == 4);
  CHECK(cut.truncated_from == 9);
}

TEST_CASE("tokenizer: what is no text is refused") {
  const Tokenizer tokenizer = shipped(TextCleaning::albert);
  for (const char* text : {"", "   ", "\t\n"}) {
    CHECK(test::error_of([&] { tokenizer.encode(text, sequence); }).find("it has no tokens") !=
          std::string::npos);
  }
  for (const char* text : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"}) {
    CHECK(test::error_of([&] { tokenizer.encode(text, sequence); }).find("not valid UTF-8") !=
          std::string::npos);
  }
  CHECK_NOTHROW(tokenizer.encode(std::string("a\0b", 3), sequence));
}

TEST_CASE("tokenizer: what is no tokenizer is refused") {
  const auto refused = [](const std::vector<std::uint8_t>& model) {
    return test::error_of([&] { Tokenizer(model, TextCleaning::albert); });
  };
  CHECK(refused({}).find("reading the tokenizer: ") == 0);
  CHECK(refused({0x0a, 0xff}).find("not a SentencePiece model") != std::string::npos);
  CHECK(refused(std::vector<std::uint8_t>(1000, 0x41)).find("not a SentencePiece model") !=
        std::string::npos);
  const auto whole = read_file(test::shipped_dir / "spiece.model", "tokenizer");
  CHECK(refused({whole.begin(), whole.begin() + 1000}).find("reading the tokenizer: ") == 0);
}

TEST_CASE("tokenizer: a normalisation table is followed, and refused where it points outside itself") {
  auto tiny = model::read_sentencepiece(test::TinyCheckpoint().tokenizer);
  const auto load = [](const model::SentencePieceModel& model) {
    const std::string file = model::sentencepiece_file(model);
    return Tokenizer({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, TextCleaning::albert);
  };
  CHECK(load(tiny).encode("a b", sequence).ids == Ids{2, 4, 5, 6, 3});  // _a, _, b
  tiny.normalisation = test::normalisation_of('b', "c");
  CHECK(load(tiny).encode("a b", sequence).ids == Ids{2, 4, 5, 7, 3});  // _a, _, c
  const std::string good = tiny.normalisation;
  const auto refused = [&](std::size_t byte, char value, const std::string& why) {
    tiny.normalisation = good;
    tiny.normalisation[byte] = value;
    const std::string error = test::error_of([&] { load(tiny); });
    INFO(error);
    CHECK(error.find(why) != std::string::npos);
  };
  constexpr std::size_t array = 4;
  refused(1, 8, "is cut off");                                      // 2048 bytes of 1024
  refused(0, 2, "is cut off");                                      // half a unit
  refused(array + 4 * 'b' + 2, 4, "points outside itself");         // a child 256 units away
  refused(array + 3, 1, "points outside itself");                   // the root's children
  refused(array + 4 * ('b' ^ 128), 2, "points outside its texts");  // "c" is at 0 of 2 bytes
  refused(good.size() - 1, 'x', "does not end in text");
  tiny.normalisation = test::normalisation_of('b', std::string(1025, 'c'));
  CHECK(test::error_of([&] { load(tiny); }).find("makes texts too long") != std::string::npos);
}

TEST_CASE("tokenizer: pieces that no text can be are refused") {
  const auto error_with = [](const model::SentencePieceModel::Piece& piece) {
    auto tiny = model::read_sentencepiece(test::TinyCheckpoint().tokenizer);
    tiny.pieces.push_back(piece);
    const std::string file = model::sentencepiece_file(tiny);
    return test::error_of([&] {
      Tokenizer({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, TextCleaning::albert);
    });
  };
  using Type = model::SentencePieceModel::Type;
  CHECK(error_with({"fine", -2.0f, Type::normal}).empty());
  CHECK(error_with({"", 0, Type::normal}).find("piece 8 is empty") != std::string::npos);
  CHECK(error_with({std::string(1025, 'x'), 0, Type::normal}).find("too long") != std::string::npos);
  CHECK(error_with({"\xff", 0, Type::normal}).find("piece 8 is not UTF-8") != std::string::npos);
  CHECK(error_with({std::string("a\0b", 3), 0, Type::normal}).find("not UTF-8") != std::string::npos);
  CHECK(error_with({"nan", std::nanf(""), Type::normal}).find("piece 8 has no score") != std::string::npos);
  CHECK(error_with({"x", 0, static_cast<Type>(7)}).find("piece 8 is of an unknown type") !=
        std::string::npos);
  CHECK(error_with({"b", 0, Type::normal}).find("already defined") != std::string::npos);
}

TEST_CASE("tokenizer: the shipped model's file is put together as it was, but for what is not needed") {
  const auto whole = read_file(test::shipped_dir / "spiece.model", "tokenizer");
  const model::SentencePieceModel model = model::read_sentencepiece(whole);
  CHECK(model.pieces.size() == 30000);
  CHECK(model.normalisation.size() == 237539);
  const std::string file = model::sentencepiece_file(model);
  const auto again =
      model::read_sentencepiece({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
  CHECK(again.normalisation == model.normalisation);
  CHECK(again.pieces[29999].text == model.pieces[29999].text);
  CHECK(again.pieces[29999].score == model.pieces[29999].score);
}

TEST_CASE("tokenizer: an image brings its own") {
  const auto bytes = model::compile(test::TinyCheckpoint().read(), test::ranges, {}).bytes;
  const Tokenizer tokenizer(ModelImage::parse(bytes, "f"));
  CHECK(tokenizer.vocabulary() == 8);
  CHECK(tokenizer.encode("A bc", sequence).ids == Ids{2, 4, 5, 6, 7, 3});
}
