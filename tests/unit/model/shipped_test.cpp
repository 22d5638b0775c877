// SPDX-License-Identifier: Apache-2.0
// The checkpoint in checkpoints/sst2-small: that it compiles, how large it becomes, that damage is noticed.
// Sizes are exact because compiling is; the 2 MiB are the eNVM of the published SoC (Tambe et al., MICRO
// 2021).
#include <algorithm>

#include "model/compile.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

const model::CompiledImage& compiled() {
  static const model::CompiledImage image =
      model::compile(model::read_checkpoint(test::shipped_dir), test::ranges, {});
  return image;
}

}  // namespace

TEST_CASE("shipped checkpoint: geometry and spans") {
  const auto image = ModelImage::parse(compiled().bytes, "f");
  const ModelDescriptor& d = image.descriptor();
  CHECK(d.vocabulary == 30000);
  CHECK(d.hidden == 192);
  CHECK(d.layers == 12);
  CHECK(d.sequence == 64);
  CHECK(d.off_ramps == 12);
  CHECK(d.span_form == SpanForm::all_keys);
  CHECK(d.heads_off[0] == 0);
  CHECK(d.attention_scale == 1u << 18);  // 2^20 / sqrt(16)
  CHECK(d.layernorm_epsilon == 0);       // nearest(2^24 * 1e-12)
  CHECK(image.tasks()[0].labels == std::vector<std::string>{"negative", "positive"});
  CHECK(image.text_cleaning() == "lower_case");
}

TEST_CASE("shipped checkpoint: the packed word embeddings fit the 2 MiB of the eNVM") {
  const auto& words = compiled().matrices.front();
  CHECK(words.name == "word_embedding");
  CHECK(words.mask_bytes == 480000);
  CHECK(words.index_bytes == 61876);
  CHECK(words.data_bytes == 1535949);
  CHECK(compiled().envm_bytes == 2077920);
  CHECK(compiled().envm_bytes <= 2u << 20);
}

TEST_CASE("shipped checkpoint: half of each encoder matrix is zero") {
  for (const auto& matrix : compiled().matrices) {
    const bool encoder =
        std::string("query key value attention_output ffn_inner ffn_output").find(matrix.name) !=
        std::string::npos;
    if (!encoder) continue;
    INFO(matrix.name);
    const double zeros =
        static_cast<double>(matrix.zeros) / (static_cast<double>(matrix.rows) * matrix.columns);
    CHECK(zeros >= 0.4999);
    CHECK(zeros < 0.53);
  }
}

TEST_CASE("shipped checkpoint: truncated or damaged at many places the image is refused") {
  const auto& bytes = compiled().bytes;
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 50) {
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(test::error_of([&] { ModelImage::parse(cut, "f"); }) != "");
  }
  for (std::size_t i = 5; i < bytes.size(); i += bytes.size() / 20) {
    auto damaged = bytes;
    damaged[i] ^= 0x10;
    CHECK(test::error_of([&] { ModelImage::parse(damaged, "f"); }) != "");
  }
}
