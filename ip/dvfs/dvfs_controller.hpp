// SPDX-License-Identifier: Apache-2.0
// The DVFS controller: regulator and oscillator of the accelerator's domain behind one command. What it
// decides and how long that takes: transition.hpp. Registers: dvfs_regs.hpp. Modelled: choice from the table
// in the auxiliary buffer, sequence and time of a change, refusals, interrupt, counters; the old clock runs
// until the new one is locked. Memories, bus and core keep their clocks. Not modelled: the charge of the
// domain's capacitance (no source gives it), drop-out, partial changes that fail.
#pragma once
#include <functional>
#include <vector>

#include "ip/common/unit.hpp"
#include "ip/dvfs/transition.hpp"

namespace edgebert {

class DvfsController : public Unit {
 public:
  /// Called with the moment and the point from then on. While the voltage is on its way it counts as the
  /// higher of the two.
  using PointObserver = std::function<void(const sc_core::sc_time& now, const dvfs::VfPoint& point)>;

  DvfsController(sc_core::sc_module_name name, const dvfs::Parameters& parameters,
                 const ScratchBuffer& auxiliary, ClockDomain& clock);

  /// @param others  the units that this clock drives, which must be idle when it changes
  void watch(std::vector<const Unit*> others) { others_ = std::move(others); }
  void on_change(PointObserver observer) { observers_.push_back(std::move(observer)); }

  const dvfs::VfPoint& point() const { return point_; }
  double voltage() const { return point_.microvolts * 1e-6; }  ///< V
  double frequency() const { return point_.kilohertz * 1e3; }  ///< Hz
  std::uint64_t total_transitions() const { return transitions_; }
  const dvfs::Parameters& parameters() const { return parameters_; }

 private:
  void start() override;
  void finish() override;
  void on_read(const Register& reg, const sc_core::sc_time& delay) override;
  dvfs::Choice chosen() const;
  void half_way();
  void set_voltage();
  void set_frequency();
  void show_point();

  const dvfs::Parameters parameters_;
  const ScratchBuffer& auxiliary_;
  ClockDomain& domain_;
  std::vector<const Unit*> others_;
  std::vector<PointObserver> observers_;
  std::vector<dvfs::VfPoint> characterised_;
  sc_core::sc_event half_way_event_{"half_way_event"};
  std::uint64_t& transitions_ = counters.declare("transitions");
  dvfs::VfPoint point_;   ///< now
  dvfs::VfPoint target_;  ///< of the running command
  bool up_ = false;       ///< the running command raises the voltage
};

}  // namespace edgebert
