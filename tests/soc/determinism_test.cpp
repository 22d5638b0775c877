// SPDX-License-Identifier: Apache-2.0
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
