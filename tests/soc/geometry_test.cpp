// SPDX-License-Identifier: Apache-2.0
// Geometries nobody trains: every tensor equals golden all the same.
#include "tests/soc/random_subject.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;
using model::RandomCheckpointOptions;

namespace {

RandomCheckpointOptions small() {
  RandomCheckpointOptions options;
  options.hidden = 64;
  options.heads = 4;
  options.intermediate = 128;
  options.embedding = 64;
  options.vocabulary = 100;
  options.layers = 2;
  options.sequence = 24;
  return options;
}

void check(const RandomCheckpointOptions& options, std::initializer_list<std::uint32_t> lanes) {
  RandomSubject subject(options);
  const std::vector<Tokens> lengths = {subject.sentence(), subject.sentence(3)};
  for (const std::uint32_t n : lanes) {
    for (const SequencePad pad : {SequencePad::full, SequencePad::actual}) {
      SocConfig config;
      config.pu.vmac_lanes = n;
      config.sequence.pad = pad;
      const std::string outcome = subject.run(config, lengths);
      INFO("n = " << n << ": " << outcome);
      CHECK(number(outcome, "exit") == options.layers);
      CHECK(number(outcome, "mismatches") == 0);
    }
  }
}

}  // namespace

TEST_CASE("geometry: heads smaller than the lanes") {
  check(small(), {16, 32, 64});
}

TEST_CASE("geometry: nothing is a multiple of 64, of 8 or of the lanes") {
  RandomCheckpointOptions options = small();
  options.hidden = 75;
  options.heads = 5;
  options.intermediate = 131;
  options.embedding = 37;
  options.sequence = 29;
  options.encoder_sparsity = 0.3;
  check(options, {4, 16, 64});
}

TEST_CASE("geometry: one layer, one head, three classes, eight tokens, the smallest vocabulary") {
  RandomCheckpointOptions options = small();
  options.heads = 1;
  options.layers = 1;
  options.classes = 3;
  options.sequence = 8;
  options.vocabulary = 6;
  options.activation = Activation::relu;
  check(options, {2, 8, 32});
}

TEST_CASE("geometry: the longest sentence, one feature a head") {
  RandomCheckpointOptions options = small();
  options.hidden = 32;
  options.heads = 32;
  options.layers = 1;
  options.sequence = 512;
  options.activation = Activation::gelu;
  check(options, {16});
}

TEST_CASE("geometry: a layer of zeros") {
  RandomCheckpointOptions options = small();
  options.encoder_sparsity = 1;
  options.embedding_sparsity = 1;
  check(options, {16});
}

TEST_CASE("geometry: spans by distance and by position, heads off, all heads off") {
  for (const SpanForm form : {SpanForm::all_keys, SpanForm::in_span}) {
    for (const SpanIndex index : {SpanIndex::distance, SpanIndex::position}) {
      for (const std::vector<std::uint32_t>& spans :
           {std::vector<std::uint32_t>{3, 0, 24, 9}, std::vector<std::uint32_t>{0, 0, 0, 0}}) {
        RandomCheckpointOptions options = small();
        options.spans = spans;
        options.span_form = form;
        options.span_index = index;
        options.span_ramp = 4;
        check(options, {8, 32});
      }
    }
  }
}
