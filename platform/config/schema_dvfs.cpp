// SPDX-License-Identifier: Apache-2.0
// The keys of the section `dvfs`: voltage and clock of the accelerator's domain.
#include "platform/config/schema_rows.hpp"

namespace edgebert::config {

std::vector<Key> dvfs_keys() {
  const std::string recalled = "EdgeBERT paper (recalled, not verified)";
  const std::string assumed = "assumption";
  return {
      text("dvfs.table", SLOT(dvfs.table),
           "V/f table, how fast the logic runs at a voltage (docs/power.md); a relative name is looked for "
           "beside "
           "the YAML file; empty: that of vf/edgebert-12nm.yaml",
           "1 GHz at 0.8 V: EdgeBERT paper (recalled, not verified); below: assumption"),
      number("dvfs.ldo.voltage_min", Unit::volts, {0.1, 2}, SLOT(dvfs.ldo.voltage_min),
             "lowest voltage of the regulator", recalled),
      number("dvfs.ldo.voltage_max", Unit::volts, {0.1, 2}, SLOT(dvfs.ldo.voltage_max),
             "highest voltage of the regulator", recalled),
      number("dvfs.ldo.step", Unit::volts, {0.001, 1}, SLOT(dvfs.ldo.step),
             "steps of the regulator, from its lowest voltage up", recalled),
      number("dvfs.ldo.settle_time", Unit::nanoseconds, {0, 1e6}, SLOT(dvfs.ldo.settle_time),
             "for each 50 mV the regulator moves", recalled),
      number("dvfs.ldo.efficiency", Unit::none, {0.01, 1}, SLOT(dvfs.ldo.efficiency),
             "current the regulator delivers of the current it draws",
             "EdgeBERT paper, at its best (recalled, not verified)"),
      number(
          "dvfs.ldo.input_voltage", Unit::volts, {0, 5}, SLOT(dvfs.ldo.input_voltage),
          "of the regulator's input: what lies between it and its output is lost; 0: the input follows the "
          "output",
          assumed),
      number("dvfs.adpll.frequency_min", Unit::hertz, {1e6, 10e9}, SLOT(dvfs.adpll.frequency_min),
             "slowest clock of the oscillator", assumed),
      number("dvfs.adpll.frequency_max", Unit::hertz, {1e6, 10e9}, SLOT(dvfs.adpll.frequency_max),
             "fastest clock of the oscillator", assumed),
      number("dvfs.adpll.step", Unit::hertz, {1e3, 1e9}, SLOT(dvfs.adpll.step), "steps of the oscillator",
             assumed),
      number("dvfs.adpll.lock_time", Unit::nanoseconds, {0, 1e6}, SLOT(dvfs.adpll.lock_time),
             "from a new frequency to a clock that may be used, whatever the change",
             "EdgeBERT paper: all within 100 ns (recalled, not verified)"),
      number("dvfs.adpll.power", Unit::watts, {0, 10}, SLOT(dvfs.adpll.power),
             "of the oscillator at 1 GHz; in proportion to its frequency",
             "EdgeBERT paper (recalled, not verified)"),
  };
}

}  // namespace edgebert::config
