// SPDX-License-Identifier: Apache-2.0
// What the DVFS controller decides: curve, choice of a point, characterised points, times of a change.
#include "contract/error.hpp"
#include "ip/dvfs/transition.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::dvfs;

namespace {

/// The test chip's measured points, and a regulator on whose steps they lie.
Parameters chip() {
  return {.curve = VfCurve({{620'000, 76'800},
                            {680'000, 336'000},
                            {780'000, 480'000},
                            {860'000, 585'600},
                            {1'000'000, 716'800}}),
          .ldo = {.voltage_min = 0.62, .voltage_max = 1.0, .step = 0.02}};
}

constexpr LutRow table[] = {{300'000, 500'000}, {500'000, 560'000}, {700'000, 650'000}};

}  // namespace

TEST_CASE("V/f curve: measured points, straight lines between them, nothing outside") {
  const VfCurve curve = chip().curve;
  for (const VfPoint& point : curve.points()) CHECK(curve.frequency_at(point.microvolts) == point.kilohertz);
  CHECK(curve.frequency_at(820'000) == 532'800);  // half way from 480 to 585.6 MHz
  CHECK(curve.frequency_at(650'000) == 206'400);
  CHECK_FALSE(curve.frequency_at(619'999));
  CHECK_FALSE(curve.frequency_at(1'000'001));
  CHECK(VfCurve({{800'000, 1'000'000}}).frequency_at(800'000) == 1'000'000);
}

TEST_CASE("V/f curve: empty or falling tables are refused") {
  CHECK_THROWS_AS(VfCurve({}), edgebert::Error);
  CHECK_THROWS_AS(VfCurve({{600'000, 100}, {600'000, 200}}), edgebert::Error);
  CHECK_THROWS_AS(VfCurve({{600'000, 200}, {700'000, 200}}), edgebert::Error);
  CHECK_THROWS_AS(VfCurve({{600'000, 200}, {500'000, 300}}), edgebert::Error);
}

TEST_CASE("DVFS choice: the first row that reaches the target, frequency and voltage in steps") {
  const Parameters p;
  const auto chosen = [&](std::uint32_t target) {
    const Choice choice = choose(table, target, p);
    CHECK_FALSE(choice.refused());
    return choice.point;
  };
  CHECK(chosen(300'000) == VfPoint{500'000, 300'000});
  CHECK(chosen(300'001) == VfPoint{575'000, 301'000});  // 560 mV is no step of 25 mV
  CHECK(chosen(499'999) == VfPoint{575'000, 500'000});
  CHECK(chosen(500'000) == VfPoint{575'000, 500'000});
  CHECK(chosen(0) == VfPoint{500'000, 1'000});  // the oscillator's slowest clock
  const LutRow odd[] = {{333'300, 500'000}};
  CHECK(choose(odd, 333'300, p).point == VfPoint{500'000, 333'300});  // never above the row
}

TEST_CASE("DVFS choice: what is refused, and why") {
  const Parameters p;
  const auto error = [&](std::vector<LutRow> rows, std::uint32_t target) {
    return choose(rows, target, p).error;
  };
  CHECK(error({}, 1) == dvfs::Error::bad_table);
  CHECK(error({{500'000, 600'000}, {500'000, 650'000}}, 1) == dvfs::Error::bad_table);
  CHECK(error({{400'000, 600'000}, {500'000, 550'000}}, 1) == dvfs::Error::bad_table);
  CHECK(error({{400'000, 600'000}}, 400'001) == dvfs::Error::target_too_high);
  CHECK(error({{800'000, 500'000}}, 800'000) == dvfs::Error::unreachable_point);  // too fast at 0.5 V
  CHECK(error({{800'000, 900'000}}, 800'000) == dvfs::Error::unreachable_point);  // above the regulator
  CHECK(error({{800'000, 790'000}}, 800'000) == dvfs::Error{});
}

TEST_CASE("DVFS points: one a step of the regulator, up to the clock of reset") {
  const auto points = characterised_points(chip(), 716'800);
  REQUIRE(points.size() == 20);
  CHECK(points.front() == VfPoint{620'000, 76'800});
  CHECK(points[1] == VfPoint{640'000, 163'200});
  CHECK(points[8] == VfPoint{780'000, 480'000});
  CHECK(points.back() == VfPoint{1'000'000, 716'800});
  const auto slower = characterised_points(chip(), 400'000);
  CHECK(slower.back() == VfPoint{740'000, 400'000});  // 0.72 V: 393.6 MHz, 0.74 V: 422.4 MHz
  CHECK(slower.size() == 7);
  CHECK(characterised_points(chip(), 50'000) == std::vector<VfPoint>{{620'000, 50'000}});
  const auto ours = characterised_points(Parameters{}, 1'000'000);
  CHECK(ours.size() == 13);
  CHECK(ours[1] == VfPoint{525'000, 445'500});
}

TEST_CASE("DVFS transition: voltage before frequency going up, after it going down") {
  const Parameters p;
  const VfPoint slow{550'000, 500'000};
  const VfPoint fast{800'000, 1'000'000};
  const Transition up = transition(slow, fast, p);
  CHECK(up.up);
  CHECK(up.first_part == 0);
  CHECK(up.second_part == Approx(119e-9));  // 5 x 3.8 ns to settle, 100 ns to lock
  const Transition down = transition(fast, slow, p);
  CHECK_FALSE(down.up);
  CHECK(down.first_part == Approx(100e-9));
  CHECK(down.second_part == Approx(19e-9));
  const Transition voltage_only = transition({700'000, 500'000}, slow, p);
  CHECK(voltage_only.first_part == 0);
  CHECK(voltage_only.second_part == Approx(11.4e-9));
  const Transition clock_only = transition({550'000, 400'000}, slow, p);
  CHECK(clock_only.first_part + clock_only.second_part == Approx(100e-9));
}

TEST_CASE("LDO and ADPLL: steps and power") {
  const Ldo ldo;
  CHECK(ldo.step_for(100'000) == 500'000);
  CHECK(ldo.step_for(500'001) == 525'000);
  CHECK(ldo.step_for(800'000) == 800'000);
  CHECK(ldo.settle_seconds(500'000, 550'000) == Approx(3.8e-9));
  const Adpll adpll;
  CHECK(adpll.step_for(1'000'000) == 1'000'000);
  CHECK(adpll.step_for(999'001) == 1'000'000);
  CHECK(adpll.watts(500'000) == Approx(1.23e-3));
}
