// SPDX-License-Identifier: Apache-2.0
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

TEST_CASE("lanes: the same codes for n = 2 to 64, fewer busy cycles of the processing unit at each step") {
  const auto sentence = dev_sentences({10});
  std::string logits;
  std::uint64_t last_busy = ~std::uint64_t{0};
  std::uint64_t last_total = ~std::uint64_t{0};
  for (const std::uint32_t n : {2u, 4u, 8u, 16u, 32u, 64u}) {
    SocConfig config;
    config.pu.vmac_lanes = n;
    config.exit.threshold = 0;
    const std::string outcome = in_child([&] { return run_sentences(config, sentence); });
    INFO("n = " << n << ": " << outcome);
    CHECK(number(outcome, "mismatches") == 0);
    if (logits.empty()) logits = field(outcome, "logits");
    CHECK(field(outcome, "logits") == logits);
    CHECK(number(outcome, "processing_unit") < last_busy);
    CHECK(number(outcome, "cycles") < last_total);
    // Useful MACs do not depend on n; the slots they are padded to do.
    CHECK(number(outcome, "processing_unit.macs") <= number(outcome, "processing_unit.mac_slots"));
    last_busy = number(outcome, "processing_unit");
    last_total = number(outcome, "cycles");
  }
}
