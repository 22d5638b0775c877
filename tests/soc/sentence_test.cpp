// SPDX-License-Identifier: Apache-2.0
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

TEST_CASE(
    "sentences: every tensor of all twelve layers equals golden, from the shortest to the longest of the dev "
    "set") {
  SocConfig config;
  config.exit.threshold = 0;
  // Sentence 1 has 10 tokens; 340 is the longest of the set with 55 or more.
  const std::string outcome = in_child([&] { return run_sentences(config, dev_sentences({0, 1, 340})); });
  INFO(outcome);
  CHECK(number(outcome, "exit") == 12);
  CHECK(number(outcome, "mismatches") == 0);
  // Three before the first layer; a layer has 12 heads of scores and probabilities and 12 other tensors.
  CHECK(number(outcome, "tensors") == 3 * (3 + 12 * (2 * 12 + 12)));
}

TEST_CASE("sentences: the threshold decides where a sentence leaves; 0 never") {
  const auto sentence = dev_sentences({0});
  std::vector<std::uint64_t> exits;
  for (const double threshold : {0.0, 1e-5, 0.05, 0.3, 0.7}) {
    SocConfig config;
    config.exit.threshold = threshold;
    const std::string outcome = in_child([&] { return run_sentences(config, sentence); });
    INFO(outcome);
    CHECK(number(outcome, "mismatches") == 0);
    exits.push_back(number(outcome, "exit"));
  }
  CHECK(exits.front() == 12);
  CHECK(exits.back() == 1);  // ln 2 < 0.7: every entropy of two classes is below
  CHECK(std::is_sorted(exits.rbegin(), exits.rend()));
}

TEST_CASE("sentences: computing only the valid tokens gives the same tensors in fewer cycles") {
  SocConfig full;
  SocConfig actual;
  actual.sequence.pad = SequencePad::actual;
  const auto sentence = dev_sentences({2});
  const std::string padded = in_child([&] { return run_sentences(full, sentence); });
  const std::string exact = in_child([&] { return run_sentences(actual, sentence); });
  INFO(padded << "\n" << exact);
  CHECK(number(padded, "mismatches") == 0);
  CHECK(number(exact, "mismatches") == 0);
  CHECK(field(exact, "logits") == field(padded, "logits"));
  CHECK(number(exact, "cycles") < number(padded, "cycles"));
}

TEST_CASE("sentences: serial timing changes cycles and nothing else") {
  SocConfig overlapped;
  SocConfig serial;
  serial.timing = SocConfig::Timing::of(TimingPreset::serial, serial.pu.vmac_lanes);
  const auto sentence = dev_sentences({3});
  const std::string fast = in_child([&] { return run_sentences(overlapped, sentence); });
  const std::string slow = in_child([&] { return run_sentences(serial, sentence); });
  CHECK(number(slow, "mismatches") == 0);
  CHECK(field(slow, "logits") == field(fast, "logits"));
  CHECK(number(slow, "cycles") > number(fast, "cycles"));
}

TEST_CASE("sentences: nobody is busy longer than the sentence took") {
  const std::string outcome = in_child([] { return run_sentences({}, dev_sentences({4})); });
  INFO(outcome);
  for (const char* unit : {"processing_unit", "softmax", "layernorm", "element_add", "early_exit", "dma"}) {
    CHECK(number(outcome, unit) > 0);
    CHECK(number(outcome, unit) < number(outcome, "cycles"));
  }
}
