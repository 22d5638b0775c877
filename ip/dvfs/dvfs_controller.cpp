// SPDX-License-Identifier: Apache-2.0
#include "ip/dvfs/dvfs_controller.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace edgebert {

namespace regs = dvfs;
using sc_core::sc_time;

namespace {

std::uint32_t kilohertz_of(const ClockDomain& clock) {
  return static_cast<std::uint32_t>(std::lround(1e-3 / clock.period().to_seconds()));
}

/// The lowest voltage at which the part runs at reset's clock.
std::uint32_t reset_voltage(const std::vector<dvfs::VfPoint>& points, const dvfs::Parameters& parameters) {
  return points.empty() ? parameters.ldo.highest() : points.back().microvolts;
}

}  // namespace

DvfsController::DvfsController(sc_core::sc_module_name name, const dvfs::Parameters& parameters,
                               const ScratchBuffer& auxiliary, ClockDomain& clock)
    : Unit(name, unit::Kind::dvfs, regs::map, clock),
      parameters_(parameters),
      auxiliary_(auxiliary),
      domain_(clock),
      characterised_(dvfs::characterised_points(parameters, kilohertz_of(clock))),
      point_{reset_voltage(characterised_, parameters), kilohertz_of(clock)} {
  SC_HAS_PROCESS(DvfsController);
  SC_METHOD(half_way);
  sensitive << half_way_event_;
  dont_initialize();
  registers.set(regs::point_count, static_cast<std::uint32_t>(characterised_.size()));
  show_point();
}

dvfs::Choice DvfsController::chosen() const {
  const std::uint32_t base = registers[regs::lut_base];
  const std::uint64_t rows = registers[regs::lut_rows];
  if (rows == 0 || base % sizeof(std::uint32_t) != 0 ||
      !auxiliary_.contains(base, rows, sizeof(dvfs::LutRow), sizeof(dvfs::LutRow)))
    return {{}, regs::Error::bad_table};
  std::vector<dvfs::LutRow> table(rows);
  std::memcpy(table.data(), auxiliary_.read(base, rows * sizeof(dvfs::LutRow)).data(),
              rows * sizeof(dvfs::LutRow));
  return dvfs::choose(table, registers[regs::target_frequency], parameters_);
}

void DvfsController::start() {
  if (std::ranges::any_of(others_, [](const Unit* unit) { return unit->busy(); }))
    return fail(regs::Error::unit_busy);
  const dvfs::Choice choice = chosen();
  if (choice.refused()) return fail(choice.error);
  target_ = choice.point;
  if (target_ == point_) return complete_after(parameters_.lookup);

  const dvfs::Transition change = dvfs::transition(point_, target_, parameters_);
  const auto cycles_at = [](double seconds, const sc_time& period) {
    return ceil_divide(sc_time(seconds, sc_core::SC_SEC).value(), period.value());
  };
  const sc_time old_period = domain_.period();
  const sc_time new_period(1.0 / (target_.kilohertz * 1e3), sc_core::SC_SEC);
  up_ = change.up;
  const Cycles first = parameters_.lookup + cycles_at(change.first_part, old_period);
  const sc_time& then = up_ ? old_period : new_period;
  const Cycles second = cycles_at(change.second_part, then);
  const sc_time to_half = domain_.time(first);
  domain_.set_changing(true);
  half_way_event_.notify(start_time() + to_half - sc_core::sc_time_stamp());
  complete_after(first + second, to_half + sc_time::from_value(then.value() * second));
}

/// The first of the two changes: the voltage begins to rise, or the slower clock is locked.
void DvfsController::half_way() {
  if (up_) {
    set_voltage();
  } else {
    set_frequency();
  }
}

void DvfsController::finish() {
  if (!domain_.changing()) return;
  domain_.set_changing(false);
  if (up_) {
    set_frequency();
  } else {
    set_voltage();
  }
  ++transitions_;
  registers.set(regs::transitions, static_cast<std::uint32_t>(transitions_));
}

void DvfsController::set_voltage() {
  if (point_.microvolts == target_.microvolts) return;
  point_.microvolts = target_.microvolts;
  show_point();
}

void DvfsController::set_frequency() {
  if (point_.kilohertz == target_.kilohertz) return;
  point_.kilohertz = target_.kilohertz;
  domain_.change(sc_core::sc_time_stamp(), frequency());
  show_point();
}

void DvfsController::show_point() {
  registers.set(regs::current_frequency, point_.kilohertz);
  registers.set(regs::current_voltage, point_.microvolts);
  log(LogLevel::info, sc_core::sc_time_stamp(), [this] {
    return "now at " + std::to_string(point_.kilohertz) + " kHz, " + std::to_string(point_.microvolts) +
           " uV";
  });
  for (const PointObserver& observer : observers_) observer(sc_core::sc_time_stamp(), point_);
}

void DvfsController::on_read(const Register& reg, const sc_time&) {
  if (reg.offset != regs::point_frequency.offset && reg.offset != regs::point_voltage.offset) return;
  const std::uint32_t index = registers[regs::point_index];
  const dvfs::VfPoint shown = index < characterised_.size() ? characterised_[index] : dvfs::VfPoint{};
  registers.set(regs::point_frequency, shown.kilohertz);
  registers.set(regs::point_voltage, shown.microvolts);
}

}  // namespace edgebert
