// SPDX-License-Identifier: Apache-2.0
// The float forward run against the logits that the training framework computed
// (scripts/make_dev_reference.py).
#include "golden/fp32.hpp"

#include <cmath>
#include <cstdlib>

#include "contract/error.hpp"
#include "tests/test.hpp"
#include "tests/unit/golden/dev_reference.hpp"

using namespace edgebert;
using namespace edgebert::golden;

namespace {

// Largest difference of any logit over every `stride`-th sentence.
double worst_difference(const std::filesystem::path& checkpoint, std::size_t stride) {
  const DevReference reference = dev_reference();
  const Fp32Model model(Fp32Checkpoint::read(checkpoint));
  double worst = 0;
  for (std::size_t s = 0; s < reference.token_ids.size(); s += stride) {
    const auto& ids = reference.token_ids[s];
    const Fp32Forward forward = model.run(ids, static_cast<std::uint32_t>(ids.size()));
    REQUIRE(forward.logits.size() == reference.layers);
    for (std::size_t layer = 0; layer < reference.layers; ++layer) {
      for (std::size_t c = 0; c < reference.classes; ++c) {
        worst = std::max<double>(worst, std::fabs(forward.logits[layer][c] - reference.logit(s, layer, c)));
      }
    }
  }
  return worst;
}

}  // namespace

// The shipped checkpoint is the trained one in fp16, which moves logits by up to 7.1e-3 over all 872
// sentences.
TEST_CASE("fp32: 24 sentences of the shipped checkpoint agree with the reference logits") {
  CHECK(worst_difference(shipped_checkpoint(), 37) < 1e-2);
}

// EDGEBERT_FP32_CHECKPOINT names a directory with the checkpoint in its original fp32.
TEST_CASE("fp32: all 872 sentences agree with the reference logits", "[.full]") {
  const char* original = std::getenv("EDGEBERT_FP32_CHECKPOINT");
  const double worst = worst_difference(original != nullptr ? original : shipped_checkpoint(), 1);
  WARN("largest difference of 872 x 12 x 2 logits: " << worst);
  CHECK(worst < (original != nullptr ? 1e-4 : 1e-2));
}

TEST_CASE("fp32: entropy of equal logits is ln 2") {
  const float logits[] = {1.5f, 1.5f};
  CHECK(entropy_of(logits) == Approx(0.69314718056).epsilon(1e-9));
}

TEST_CASE("fp32: ranges keep the largest magnitude of a site") {
  Ranges ranges;
  const float first[] = {0.5f, -2.0f};
  const float second[] = {1.0f};
  ranges.observe(Site::query, first);
  ranges.observe(Site::query, second);
  CHECK(ranges.at(Site::query) == 2.0f);
  CHECK(ranges.at(Site::key) == 0.0f);
  Ranges other;
  other.observe(Site::key, first);
  other.merge(ranges);
  CHECK(other.at(Site::query) == 2.0f);
  CHECK(other.at(Site::key) == 2.0f);
}

TEST_CASE("fp32: a percentile is where the bucket of its magnitude ends") {
  Distribution one;
  Distribution all;
  std::vector<float> values;
  for (int i = 1; i <= 100; ++i)
    values.push_back(i % 2 == 0 ? static_cast<float>(i) : -static_cast<float>(i));
  one.observe(Site::query, std::span(values).first(50));
  all.observe(Site::query, std::span(values).last(50));
  all.merge(one);
  // 50 is 1.5625 * 32: with 7 fraction bits its bucket ends at 50.25
  CHECK(all.percentile(Site::query, 50) == 50.25f);
  CHECK(all.percentile(Site::query, 99) == 99.5f);
  CHECK(all.percentile(Site::query, 100) == 100.5f);
  CHECK(all.percentile(Site::query, 0.5) == 1.0f + 1.0f / 128);
  CHECK(all.percentile(Site::key, 50) == 0.0f);
}

TEST_CASE("fp32: what an observer changes is what the layers behind it see") {
  const Fp32Model model(Fp32Checkpoint::read(shipped_checkpoint()));
  const std::uint16_t ids[] = {2, 100, 3};
  const Fp32Forward plain = model.run(ids, 3);
  for (const Site changed : {Site::embedding_norm, Site::hidden_in, Site::query, Site::key, Site::value,
                             Site::context, Site::attention_output, Site::attention_norm, Site::ffn_inner,
                             Site::ffn_output, Site::layer_output, Site::pooled}) {
    const Fp32Forward other = model.run(ids, 3, [&](Site site, std::span<float> values) {
      if (site == changed) values[0] += 1;
    });
    INFO(static_cast<int>(changed));
    CHECK(other.logits[0] != plain.logits[0]);
  }
}

TEST_CASE("fp32: every site is observed, the layers' sites once a layer") {
  const Fp32Model model(Fp32Checkpoint::read(shipped_checkpoint()));
  const std::uint16_t ids[] = {2, 3};
  unsigned calls[site_count] = {};
  model.run(ids, 2, [&](Site site, std::span<const float> values) {
    ++calls[static_cast<std::size_t>(site)];
    const bool inner = site == Site::ffn_inner;
    const std::size_t expected = site == Site::embedding_norm ? 2 * model.config().embedding
                                 : site == Site::pooled       ? model.config().hidden
                                 : inner                      ? 2 * model.config().intermediate
                                                              : 2 * model.config().hidden;
    CHECK(values.size() == expected);
  });
  for (std::size_t site = 0; site < site_count; ++site) {
    const bool before_layers = site <= static_cast<std::size_t>(Site::hidden_in);
    CHECK(calls[site] == (before_layers ? 1u : model.config().layers));
  }
}

TEST_CASE("fp32: token ids outside the vocabulary are refused") {
  const Fp32Model model(Fp32Checkpoint::read(shipped_checkpoint()));
  const std::uint16_t ids[] = {2, 65535, 3};
  CHECK_THROWS_AS(model.run(ids, 3), Error);
  CHECK_THROWS_AS(model.run({}, 0), Error);
}
