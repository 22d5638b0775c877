// SPDX-License-Identifier: Apache-2.0
// What a configuration gives an energy table: how much there is of what rows scale with, which rows are
// needed, the voltage, the area. SystemC-free.
#pragma once
#include "platform/config/soc_config.hpp"
#include "platform/energy/energy_report.hpp"
#include "platform/energy/energy_table.hpp"

namespace edgebert::energy {

Size size_of(const SocConfig& config);

/// The volts the accelerator's domain begins with: what its clock needs by the V/f table.
double supply_volts(const SocConfig& config);

/// The table with the rows of its two items that are keys of a configuration: the oscillator's power, in
/// proportion to its frequency and the same at all voltages, and what the regulator draws beyond what it
/// delivers, of each pJ it delivers.
EnergyTable with_dvfs_rows(EnergyTable table, const SocConfig& config);

/// @throws Error(Failure::config) if the table lacks a row that a run on this SoC counts, or if its points do
/// not cover the voltage
void check_rows(const SocConfig& config, const EnergyTable& table, double volts);

/// Blocks this SoC has; the eNVM not where embedding.store is dram.
/// @throws Error(Failure::config) if the table lacks one
AreaReport area_of(const SocConfig& config, const EnergyTable& table);

}  // namespace edgebert::energy
