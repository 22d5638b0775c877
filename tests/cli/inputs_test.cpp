// SPDX-License-Identifier: Apache-2.0
// Text files and data sets; their refusals are tested through the program, in failures_test.py.
#include "sim/inputs.hpp"

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using namespace edgebert::sim;

namespace {

std::filesystem::path written(const test::TemporaryFolder& folder, const std::string& content) {
  const std::filesystem::path path = folder.path() / "input";
  write_file(path, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  return path;
}

}  // namespace

TEST_CASE("inputs: a text file is a sentence a line") {
  const test::TemporaryFolder folder;
  const auto path = written(folder,
                            "\xef\xbb\xbf"
                            "one\r\n\n  \ntwo\tand a half");
  const std::vector<Sentence> sentences = sentences_of_file(path);
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].text == "one");
  CHECK(sentences[0].place == path.string() + ":1");
  CHECK(sentences[1].text == "two\tand a half");
  CHECK(sentences[1].place == path.string() + ":4");
  CHECK_FALSE(sentences[1].label);
}

TEST_CASE("inputs: a data set has labels and a limit") {
  const test::TemporaryFolder folder;
  const auto path = written(folder, "sentence\tlabel\nit \"works\" \t1\nit does not\t0\n");
  const std::vector<Sentence> sentences = sentences_of_dataset(path);
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].text == "it \"works\" ");
  CHECK(sentences[0].label == 1u);
  CHECK(sentences[1].label == 0u);
  CHECK(sentences_of_dataset(path, 1).size() == 1);
  CHECK(sentences_of_dataset(path, 5).size() == 2);
}

TEST_CASE("inputs: what stands behind the limit is checked all the same") {
  const test::TemporaryFolder folder;
  const auto path = written(folder, "sentence\tlabel\na\t1\nb\tx\n");
  CHECK_THROWS_AS(sentences_of_dataset(path, 1), Error);
}
