// SPDX-License-Identifier: Apache-2.0
// A clock that changes between the layers of a sentence. The shipped firmware changes nothing here but back
// to the top in front of a sentence: the test starts the DVFS controller from behind whenever a layer's
// assessment is complete and no unit is at work.
#include <array>
#include <cmath>
#include <optional>
#include <systemc>

#include <fmt/format.h>

#include "ip/accelerator/accelerator.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

constexpr std::array<std::uint32_t, 4> clocks = {500'000, 123'000, 777'000, 1'000'000};  ///< kHz

class Driver {
 public:
  explicit Driver(Platform& platform)
      : accelerator_(dynamic_cast<Accelerator&>(*sc_core::sc_find_object("soc.accelerator"))) {
    accelerator_.dvfs.on_change([this](const sc_core::sc_time& now, const dvfs::VfPoint& point) {
      count_until(now);
      kilohertz_ = point.kilohertz;
    });
    platform.on_tile([this](const Tile& tile) {
      if (tile.op == Operator::entropy) change(clocks[layers_++ % clocks.size()]);
    });
  }
  void begin(const sc_core::sc_time& now) {
    cycles_ = 0;
    counted_ = now;
  }
  /// Clock cycles since begin(), by the controller's own account.
  double cycles(const sc_core::sc_time& now) {
    count_until(now);
    return cycles_;
  }
  std::uint64_t transitions() const { return accelerator_.dvfs.total_transitions(); }

 private:
  void count_until(const sc_core::sc_time& now) {
    cycles_ += (now - counted_).to_seconds() * kilohertz_ * 1e3;
    counted_ = now;
  }
  void write(const Register& reg, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_write();
    payload.set_address(reg.offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(sizeof value);
    payload.set_streaming_width(sizeof value);
    sc_core::sc_time delay;
    auto* transport =
        dynamic_cast<tlm::tlm_fw_transport_if<>*>(accelerator_.dvfs.socket.get_base_export().get_interface());
    transport->b_transport(payload, delay);
  }
  /// The table is read when the command starts: the auxiliary buffer gets its bytes back at once.
  void change(std::uint32_t kilohertz) {
    const dvfs::LutRow table[] = {{384'000, 500'000}, {1'000'000, 800'000}};
    const auto held = accelerator_.auxiliary.read(0, sizeof table);
    const std::vector<std::uint8_t> before(held.begin(), held.end());
    accelerator_.auxiliary.write(0, {reinterpret_cast<const std::uint8_t*>(table), sizeof table});
    write(dvfs::lut_base, 0);
    write(dvfs::lut_rows, 2);
    write(dvfs::target_frequency, kilohertz);
    write(unit::control, unit::control_start);
    accelerator_.auxiliary.write(0, before);
  }

  Accelerator& accelerator_;
  unsigned layers_ = 0;
  double kilohertz_ = 1e6;
  double cycles_ = 0;
  sc_core::sc_time counted_;
};

SocConfig config_with(std::uint32_t quantum) {
  SocConfig config;
  config.exit.threshold = 0.05;
  config.core.quantum = quantum;
  config.dvfs.adpll.lock_time = 5;  // ready before firmware starts the next unit
  config.dvfs.ldo.settle_time = 0.5;
  return config;
}

/// Two sentences: what was computed, and how long it took. Platform itself refuses a sentence in which a
/// unit's busy, stalled and idle cycles do not add up.
std::string outcome(std::uint32_t quantum, bool changes) {
  return in_child([&] {
    Platform platform(config_with(quantum), shipped_image(), shipped_firmware());
    std::optional<Driver> driver;
    if (changes) driver.emplace(platform);
    std::string lines;
    for (const Tokens& tokens : dev_sentences({3, 14})) {
      const sc_core::sc_time begun = sc_core::sc_time_stamp();
      if (driver) driver->begin(begun);
      const SentenceResult answer = platform.classify(tokens, static_cast<std::uint32_t>(tokens.size()));
      lines += "results=";
      for (std::uint32_t c = 0; c < answer.result.classes; ++c)
        lines += fmt::format("{},", answer.result.logits[c]);
      for (std::uint32_t layer = 0; layer < answer.result.layers; ++layer)
        lines += fmt::format("{},", answer.result.entropy[layer]);
      for (const UnitReport& unit : answer.units) {
        if (unit.unit == "processing_unit") lines += fmt::format(" products={}", unit.busy_cycles);
      }
      lines += fmt::format(" cycles={} picoseconds={:.0f}", answer.cycles, answer.seconds * 1e12);
      if (driver) {
        const double counted = driver->cycles(begun + sc_core::sc_time(answer.seconds, sc_core::SC_SEC));
        const bool equal = std::abs(counted - static_cast<double>(answer.cycles)) < 1.5;
        lines += fmt::format(" counted={} changes={}", equal ? "equal" : "not", driver->transitions());
      }
      lines += "\n";
    }
    return lines;
  });
}

/// Of the sentence that is decided late.
std::string second_line(const std::string& lines) {
  return lines.substr(lines.find('\n') + 1);
}

}  // namespace

TEST_CASE("DVFS: a clock that changes between layers changes no result, and all cycles are accounted for") {
  const std::string steady = outcome(10'000, false);
  const std::string changing = outcome(10'000, true);
  INFO(steady);
  INFO(changing);
  const std::string before = second_line(steady);
  const std::string after = second_line(changing);
  CHECK(field(before, "results") == field(after, "results"));
  CHECK(field(before, "products") == field(after, "products"));
  CHECK(number(after, "picoseconds") > number(before, "picoseconds"));
  CHECK(field(after, "counted") == "equal");
  // After 2 layers of the first sentence and 12 of this one, and firmware's return to the top between them.
  CHECK(number(after, "changes") == 15);
}

TEST_CASE("DVFS: with a clock that changes, the quantum changes nothing") {
  const std::string coarse = outcome(10'000, true);
  CHECK(coarse.find("results=") == 0);
  CHECK(coarse == outcome(1, true));
}
