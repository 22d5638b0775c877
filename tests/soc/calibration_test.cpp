// SPDX-License-Identifier: Apache-2.0
// What the calibration page says of whole sentences of ALBERT-base on the chip, measured. Layers are alike:
// twelve are the first one and eleven times what a second one adds.
#include "sim/calibration.hpp"

#include <cmath>

#include "platform/config/loader.hpp"
#include "tests/soc/full_size.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

struct Measured {
  double seconds;
  double weight_bytes;
};

Measured sentence_on(const SocConfig& config) {
  static RandomSubject one(albert_base(1, 0, SpanForm::none));
  static RandomSubject two(albert_base(2, 0, SpanForm::none));
  const std::string first = one.run(config), both = two.run(config);
  INFO(first << "\n" << both);
  REQUIRE(number(both, "exit") == 2);
  const auto twelve = [&](const char* name) {
    const double layer = static_cast<double>(number(both, name)) - static_cast<double>(number(first, name));
    return static_cast<double>(number(first, name)) + 11 * layer;
  };
  return {twelve("cycles") / config.clocks.accelerator_hz, twelve("weight_memory.bytes_read")};
}

bool near(double found, double expected, double tolerance) {
  return std::abs(found / expected - 1) <= tolerance;
}

}  // namespace

TEST_CASE("calibration: bytes and time of the chip's conventional run are what the page says") {
  SocConfig chip = config::load(EDGEBERT_SOURCE_DIR "/configs/stp-isscc23.yaml").soc;
  const sim::ConventionalRun page = sim::conventional_run([&](TimingPreset, std::uint32_t) { return chip; });
  const Measured measured = sentence_on(chip);
  INFO(measured.weight_bytes << " bytes");
  CHECK(near(measured.weight_bytes, 1e6 * page.movements.at(1).megabytes, 0.005));

  chip.memory.weight_memory.clock_hz = page.slow_weight_memory_hz;
  const Measured slow = sentence_on(chip);
  INFO(slow.seconds << " s");
  CHECK(near(1e3 * slow.seconds, page.milliseconds, 0.02));
}
