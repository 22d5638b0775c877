// SPDX-License-Identifier: Apache-2.0
// The DVFS controller and the clock it changes. The bench runs at 1 GHz and 0.8 V at reset; each test goes
// back there.
#include <array>
#include <cstring>

#include "ip/accelerator/accelerator_regs.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "tests/test.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using sc_core::sc_time;
using test::bench;

namespace {

namespace regs = dvfs;
constexpr std::uint32_t base = memory_map::dvfs;
constexpr std::uint32_t top = 1'000'000;  ///< kHz

struct Seen {
  sc_time at;
  dvfs::VfPoint point;
};

/// What the controller said of its changes; observers stay for good.
std::vector<Seen>& seen() {
  static std::vector<Seen>* list = [] {
    auto* made = new std::vector<Seen>;
    bench().accelerator.dvfs.on_change([made](const sc_time& now, const dvfs::VfPoint& point) {
      made->push_back({now, point});
    });
    return made;
  }();
  return *list;
}

void write_table(std::span<const dvfs::LutRow> rows, std::uint32_t at = 0) {
  auto& b = bench();
  b.accelerator.auxiliary.write(at, {reinterpret_cast<const std::uint8_t*>(rows.data()), rows.size_bytes()});
  b.set(base, regs::lut_base, at);
  b.set(base, regs::lut_rows, static_cast<std::uint32_t>(rows.size()));
}

/// The part's own points.
void write_points() {
  auto& b = bench();
  std::vector<dvfs::LutRow> rows(b.get(base, regs::point_count));
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    b.set(base, regs::point_index, i);
    rows[i] = {b.get(base, regs::point_frequency), b.get(base, regs::point_voltage)};
  }
  write_table(rows);
}

void start(std::uint32_t kilohertz) {
  auto& b = bench();
  b.set(base, regs::target_frequency, kilohertz);
  b.set(base, unit::control, unit::control_start);
}

void finish() {
  while (bench().accelerator.dvfs.busy()) sc_core::sc_start(sc_time(1, sc_core::SC_NS));
}

/// Busy cycles of a change that must be accepted.
Cycles go_to(std::uint32_t kilohertz) {
  auto& b = bench();
  const Cycles before = b.accelerator.dvfs.total_busy_cycles();
  start(kilohertz);
  finish();
  CHECK(b.error(base) == 0);
  return b.accelerator.dvfs.total_busy_cycles() - before;
}

std::uint32_t refusal(std::uint32_t kilohertz) {
  start(kilohertz);
  finish();
  return bench().error(base);
}

template <typename Error>
std::uint32_t number(Error error) {
  return static_cast<std::uint32_t>(error);
}

void begin() {
  auto& b = bench();
  b.reset(base, regs::map);
  write_points();
  seen().clear();
}

/// Copies 256 bytes of the weight memory to data buffer 0.
void prepare_load() {
  auto& b = bench();
  b.reset(memory_map::dma, dma::map);
  b.set(memory_map::dma, dma::memory_address, memory_map::weight_memory.base);
  b.set(memory_map::dma, dma::row_bytes, 256);
  b.set(memory_map::dma, dma::memory_stride, 256);
  b.set(memory_map::dma, dma::buffer_stride, 256);
  b.set(memory_map::dma, dma::rows, 1);
}

void prepare_assessment() {
  auto& b = bench();
  b.reset(memory_map::early_exit, early_exit::map);
  const std::array<std::int32_t, 2> logits = {4096, -3000};
  b.accelerator.decoders[0].data.write(1024,
                                       {reinterpret_cast<const std::uint8_t*>(logits.data()), sizeof logits});
  b.set(memory_map::early_exit, early_exit::source_base, 1024);
}

}  // namespace

TEST_CASE("DVFS controller: at reset the clock of the configuration at the lowest voltage that carries it") {
  begin();
  auto& b = bench();
  CHECK(b.get(base, unit::id) == 0xeb070001);
  CHECK(b.get(base, regs::current_frequency) == top);
  CHECK(b.get(base, regs::current_voltage) == 800'000);
  CHECK(b.get(base, regs::point_count) == 13);
  b.set(base, regs::point_index, 0);
  CHECK(b.get(base, regs::point_frequency) == 384'000);
  CHECK(b.get(base, regs::point_voltage) == 500'000);
  b.set(base, regs::point_index, 13);
  CHECK(b.get(base, regs::point_frequency) == 0);
}

TEST_CASE("DVFS controller: sequence and time of a change, both ways") {
  begin();
  auto& b = bench();
  const std::uint32_t transitions = b.get(base, regs::transitions);
  sc_time begun = sc_core::sc_time_stamp();
  // 12 cycles of lookup and 100 ns to lock at 1 ns; then 250 mV in 19 ns at 2 ns.
  CHECK(go_to(500'000) == 112 + 10);
  REQUIRE(seen().size() == 2);
  CHECK(seen()[0].point == dvfs::VfPoint{800'000, 500'000});
  CHECK(seen()[0].at - begun == sc_time(112, sc_core::SC_NS));
  CHECK(seen()[1].point == dvfs::VfPoint{550'000, 500'000});
  CHECK(seen()[1].at - begun == sc_time(132, sc_core::SC_NS));
  CHECK(b.get(base, regs::current_frequency) == 500'000);
  CHECK(b.get(base, regs::current_voltage) == 550'000);
  CHECK(b.accelerator_clock.period() == sc_time(2, sc_core::SC_NS));
  CHECK(b.get(base, regs::transitions) == transitions + 1);

  // Where nothing changes, only the lookup.
  CHECK(go_to(500'000) == 12);
  CHECK(b.get(base, regs::transitions) == transitions + 1);

  // 12 cycles, then 19 ns + 100 ns, all at 2 ns.
  seen().clear();
  begun = sc_core::sc_time_stamp();
  CHECK(go_to(top) == 12 + 60);
  REQUIRE(seen().size() == 2);
  CHECK(seen()[0].point == dvfs::VfPoint{800'000, 500'000});
  CHECK(seen()[0].at - begun == sc_time(24, sc_core::SC_NS));
  CHECK(seen()[1].point == dvfs::VfPoint{800'000, top});
  CHECK(seen()[1].at - begun == sc_time(144, sc_core::SC_NS));
}

TEST_CASE("DVFS controller: refusals leave the point as it is") {
  begin();
  auto& b = bench();
  CHECK(refusal(top + 1) == number(regs::Error::target_too_high));
  b.set(base, regs::lut_rows, 0);
  CHECK(refusal(500'000) == number(regs::Error::bad_table));
  b.set(base, regs::lut_rows, 129);  // of 8 bytes, in 1 KiB
  CHECK(refusal(500'000) == number(regs::Error::bad_table));
  b.set(base, regs::lut_rows, 0xffffffff);
  CHECK(refusal(500'000) == number(regs::Error::bad_table));
  write_points();
  b.set(base, regs::lut_base, 2);
  CHECK(refusal(500'000) == number(regs::Error::bad_table));
  write_table(std::array<dvfs::LutRow, 2>{{{500'000, 600'000}, {400'000, 650'000}}});
  CHECK(refusal(300'000) == number(regs::Error::bad_table));
  write_table(std::array<dvfs::LutRow, 1>{{{800'000, 600'000}}});
  CHECK(refusal(800'000) == number(regs::Error::unreachable_point));
  CHECK(b.get(base, regs::current_frequency) == top);
  CHECK(b.get(base, regs::current_voltage) == 800'000);
  CHECK(seen().empty());
}

TEST_CASE("DVFS controller: not while a unit works, and no unit starts during a change") {
  begin();
  auto& b = bench();
  prepare_load();
  b.set(memory_map::dma, unit::control, unit::control_start);
  start(500'000);
  finish();
  CHECK(b.error(base) == number(regs::Error::unit_busy));
  sc_core::sc_start(sc_time(10, sc_core::SC_US));
  CHECK(b.error(memory_map::dma) == 0);

  start(500'000);
  b.set(memory_map::dma, unit::control, unit::control_start);
  b.set(base, unit::control, unit::control_start);
  sc_core::sc_start(sc_time(50, sc_core::SC_NS));
  CHECK(b.error(memory_map::dma) == number(unit::Error::clock_changing));
  finish();
  CHECK(b.error(base) == number(unit::Error::started_while_busy));
  CHECK(b.get(base, regs::current_frequency) == 500'000);
  go_to(top);
}

TEST_CASE(
    "DVFS: commands at every clock give the same results; only the accelerator's cycles change length") {
  begin();
  auto& b = bench();
  struct Outcome {
    Cycles assessment, load;
    std::uint32_t entropy;
  };
  std::vector<Outcome> outcomes;
  for (const std::uint32_t kilohertz : {top, 500'000u, 100'000u, top}) {
    go_to(kilohertz);
    prepare_assessment();
    const Cycles assessment = b.run(memory_map::early_exit);
    const std::uint32_t entropy = b.get(memory_map::early_exit, early_exit::entropy);
    prepare_load();
    outcomes.push_back({assessment, b.run(memory_map::dma), entropy});
  }
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.assessment == outcomes[0].assessment);
    CHECK(outcome.entropy == outcomes[0].entropy);
  }
  // 40 ns of latency, 2 cycles of 2 ns to start a burst, 32 beats of 2 ns; and one cycle of the DMA's.
  CHECK(outcomes[0].load == 109);
  CHECK(outcomes[1].load == 55);
  CHECK(outcomes[2].load == 12);
  CHECK(outcomes[3].load == 109);
}

TEST_CASE("DVFS: over changes of the clock, busy, stalled and idle cycles are all cycles") {
  begin();
  auto& b = bench();
  const ClockDomain& clock = b.accelerator_clock;
  const auto units = b.accelerator.units();
  const sc_time begun = clock.domain_time(sc_core::sc_time_stamp());
  std::vector<sc_time> in_commands, idle;
  std::vector<Cycles> counted;
  for (const auto& [name, unit] : units) {
    in_commands.push_back(unit->time_in_commands());
    idle.push_back(unit->time_idle());
    counted.push_back(unit->total_busy_cycles() + unit->total_stalls().total());
  }
  for (const std::uint32_t kilohertz : {777'000u, 123'000u, 431'000u, top}) {
    go_to(kilohertz);
    prepare_load();
    b.run(memory_map::dma);
    prepare_assessment();
    b.run(memory_map::early_exit);
    sc_core::sc_start(sc_time(1234.567, sc_core::SC_NS));
  }
  const sc_time took = clock.domain_time(sc_core::sc_time_stamp()) - begun;
  std::size_t i = 0;
  for (const auto& [name, unit] : units) {
    INFO(name);
    const sc_time worked = unit->time_in_commands() - in_commands[i];
    CHECK(worked + (unit->time_idle() - idle[i]) == took);
    CHECK(worked ==
          clock.domain_time_of(unit->total_busy_cycles() + unit->total_stalls().total() - counted[i]));
    ++i;
  }
}

TEST_CASE("accelerator: the cycle counter counts on over changes of the clock") {
  begin();
  auto& b = bench();
  const auto count = [&] {
    const std::uint64_t low = b.get(memory_map::accelerator_control, accelerator::cycles_low);
    return std::uint64_t{b.get(memory_map::accelerator_control, accelerator::cycles_high)} << 32 | low;
  };
  const std::uint64_t at_top = count();
  sc_core::sc_start(sc_time(1000, sc_core::SC_NS));
  CHECK(count() - at_top == 1000);
  go_to(500'000);
  const std::uint64_t at_half = count();
  sc_core::sc_start(sc_time(1000, sc_core::SC_NS));
  CHECK(count() - at_half == 500);
  go_to(top);
}

TEST_CASE("clock domain: cycles are counted over changes that fall between edges") {
  bench();
  ClockDomain clock(1e9);
  const auto ns = [](double value) { return sc_time(value, sc_core::SC_NS); };
  CHECK(clock.domain_cycles(clock.domain_time(ns(10.2))) == 11);
  clock.change(ns(10.5), 300e6);
  CHECK(clock.period() == sc_time(3'333'333, sc_core::SC_FS));
  clock.change(ns(10.5) + clock.time(7), 717e6);
  const sc_time end = ns(10.5) + sc_time(7 * 3'333'333, sc_core::SC_FS) + clock.time(1'000'000);
  // 10.5 cycles, then 7, then a million.
  CHECK(clock.domain_cycles(clock.domain_time(end)) == 1'000'018);
  CHECK(clock.domain_time(end) - clock.domain_time(ns(10.5)) == clock.domain_time_of(1'000'007));
  CHECK(clock.domain_time(ns(3)) == ns(3));

  const sc_time counted = clock.domain_time(end);
  const sc_time between = ns(10.5) + clock.time(2);
  const sc_time counted_between = clock.domain_time(between);
  clock.forget_before(between);
  CHECK(clock.domain_time(between) == counted_between);
  CHECK(clock.domain_time(end) == counted);
  CHECK_THROWS_AS(clock.domain_time(ns(3)), Error);
  clock.forget_before(end);
  CHECK(clock.domain_time(end) == counted);
  CHECK_THROWS_AS(clock.domain_time(between), Error);
}
