// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

TEST_CASE(
    "determinism: results, cycles, instructions and every counter are the same for any quantum and on a "
    "second run") {
  const auto sentences = dev_sentences({5, 6});
  const auto run = [&](std::uint32_t quantum) {
    SocConfig config;
    config.core.quantum = quantum;
    config.exit.threshold = 0.05;
    return in_child([&] { return run_sentences(config, sentences); });
  };
  const std::string reference = run(10'000);
  REQUIRE(number(reference, "mismatches") == 0);
  for (const std::uint32_t quantum : {1u, 7u, 1'000u, 100'000u, 10'000u}) {
    INFO("quantum " << quantum);
    CHECK(run(quantum) == reference);
  }
}

TEST_CASE("determinism: a sentence takes the same cycles whatever came before it") {
  const std::string alone = in_child([] { return run_sentences({}, dev_sentences({7})); });
  const std::string later = in_child([] { return run_sentences({}, dev_sentences({8, 9, 7})); });
  const auto third = later.find('\n', later.find('\n') + 1) + 1;
  const std::string again = later.substr(third, later.find('\n', third) - third);
  CHECK(again == alone.substr(0, alone.find('\n')));
}

TEST_CASE(
    "determinism: firmware that polls instead of sleeping sees each job at the same cycle for any quantum") {
  const auto run = [](std::uint32_t quantum) {
    return in_child([=] {
      SocConfig config;
      config.core.quantum = quantum;
      Platform platform(config, shipped_image(), rv32::ElfFile::load(EDGEBERT_POLLING_FIRMWARE));
      std::string lines;
      for (const Tokens& tokens : dev_sentences({0, 1, 2})) {
        const SentenceResult answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
        lines += fmt::format("polls={} seen={} answered={} cycles={} instructions={}\n",
                             answer.result.logits[0], answer.result.logits[1], answer.result.entropy[0],
                             answer.cycles, answer.instructions);
      }
      platform.shut_down();
      return lines;
    });
  };
  const std::string reference = run(10'000);
  INFO(reference);
  REQUIRE(number(reference, "polls") > 0);
  for (const std::uint32_t quantum : {1u, 7u, 1'000u, 100'000u}) {
    INFO("quantum " << quantum);
    CHECK(run(quantum) == reference);
  }
}
