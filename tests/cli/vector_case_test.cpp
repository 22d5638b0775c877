// SPDX-License-Identifier: Apache-2.0
// Reading recorded cases: whatever stands in a file, it is read or refused with its line, never worse.
#include "sim/vector_case.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::sim;

namespace {

std::string text_of_file(const std::string& name) {
  const auto bytes = read_file(std::string(EDGEBERT_SOURCE_DIR "/tests/data/") + name, "cases");
  return {bytes.begin(), bytes.end()};
}

/// A file in a folder of its own.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "edgebert-cases-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& text) const {
    const auto path = folder_ / "cases.jsonl";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("vector cases: every unit is read with its shape") {
  const auto cases = read_vector_cases(EDGEBERT_SOURCE_DIR "/tests/data/vectors/golden_n16.jsonl", 8);
  REQUIRE(cases.size() == 12);
  CHECK(cases[0].lanes == 16);
  const auto& product = std::get<ProductCase>(cases[0].body);
  CHECK(product.a.rows == 20);
  CHECK(product.a.columns == 35);
  CHECK(product.output.columns == 9);
  CHECK_FALSE(product.output.wide());
  CHECK(std::get<ProductCase>(cases[1].body).output.wide());
  CHECK(std::get<SoftmaxCase>(cases[2].body).keys == 21);
  CHECK(std::get<LayernormCase>(cases[6].body).b->wide());
  CHECK(cases[7].cycles == 3 * (36 * 3 + 2) + 7);
  CHECK(std::get<EntropyCase>(cases[11].body).logits.columns == 40);
}

TEST_CASE("vector cases: a damaged file is read or refused in one line that names it") {
  const Scratch scratch;
  std::mt19937 random(6);
  const std::string alphabet = "{}[],:\"0123456789.-eE \n\t\\xu\xff";
  for (const char* name : {"vectors/golden_n16.jsonl", "cmodel/matmul_pu_n16_examples.jsonl"}) {
    const std::string whole = text_of_file(name);
    const std::string original = whole.substr(0, whole.find('\n') + 1);
    unsigned refused = 0;
    for (unsigned trial = 0; trial < 600; ++trial) {
      std::string text = original;
      for (unsigned change = 0; change <= trial % 3; ++change)
        text[random() % text.size()] = alphabet[random() % alphabet.size()];
      if (trial % 10 == 0) text.resize(random() % text.size());
      try {
        read_vector_cases(scratch.write(text), 16);
      } catch (const Error& error) {
        ++refused;
        CHECK(error.failure() == Failure::input);
        const std::string message = error.what();
        CHECK(message.find("cases.jsonl") != std::string::npos);
        CHECK(message.find('\n') == std::string::npos);
      }
    }
    CHECK(refused > 100);
  }
}
