// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/soc_size.hpp"

#include <set>

#include "ip/dvfs/transition.hpp"

namespace edgebert::energy {
namespace {

constexpr double mebibyte = 1 << 20;
constexpr double picojoules_a_cycle = 1e12 / 1e9;  ///< of a watt at 1 GHz

/// Keys are recalled where they are the defaults; others are whoever wrote them's.
Kind kind_of(bool is_default) {
  return is_default ? Kind::recalled : Kind::assumed;
}

/// At each step of the regulator, and at the voltage ledgers begin with.
std::vector<Point> loss_points(const dvfs::Ldo& ldo, double nominal_volts) {
  if (ldo.input_voltage == 0) return {{nominal_volts, ldo.loss(nominal_volts)}};
  std::set<double> voltages = {nominal_volts};
  const std::uint32_t step = dvfs::Ldo::microvolts_of(ldo.step);
  for (std::uint32_t microvolts = ldo.lowest(); microvolts <= ldo.highest(); microvolts += step)
    voltages.insert(microvolts / 1e6);
  std::vector<Point> points;
  for (const double volts : voltages) points.push_back({volts, ldo.loss(volts)});
  return points;
}

double multipliers(const SocConfig& config) {
  return static_cast<double>(config.pu.vmac_lanes) * config.pu.vmac_lanes;
}

bool has_envm(const SocConfig& config) {
  return config.embedding.store == EmbeddingStore::envm;
}

/// The weight memory is of one kind; the rows of the other are not needed.
bool is_of_other_kind(const SocConfig& config, Item item) {
  const bool lpddr4 = config.memory.weight_memory_kind == MemoryKind::lpddr4;
  return !is_leakage(item) && std::string(unit_of(item)) == (lpddr4 ? "weight_memory" : "lpddr4");
}

}  // namespace

Size size_of(const SocConfig& config) {
  Size size{.multipliers = multipliers(config)};
  const auto set = [&](Domain domain, double bytes) {
    size.mebibytes[static_cast<std::size_t>(domain)] = bytes / mebibyte;
  };
  const SocConfig::Buffers& buffers = config.buffers;
  set(Domain::accelerator_buffers, 2.0 * buffers.data + 2.0 * buffers.mask + buffers.auxiliary);
  set(Domain::system_sram, static_cast<double>(config.memory.system_sram.size));
  set(Domain::weight_memory, static_cast<double>(config.memory.weight_memory.size));
  set(Domain::envm, static_cast<double>(config.memory.envm.size));
  return size;
}

double supply_volts(const SocConfig& config) {
  const dvfs::Parameters parameters{
      .curve = dvfs::VfCurve(config.dvfs.points), .ldo = config.dvfs.ldo, .adpll = config.dvfs.adpll};
  const std::uint32_t clock = dvfs::Adpll::kilohertz_of(config.clocks.accelerator_hz);
  return dvfs::characterised_points(parameters, clock).back().microvolts / 1e6;
}

EnergyTable with_dvfs_rows(EnergyTable table, const SocConfig& config) {
  const double power = config.dvfs.adpll.power;
  table.configure(item_of(Action::clock_generator_cycle),
                  {.points = {{table.nominal_volts(), power * picojoules_a_cycle}},
                   .exponent = 0,
                   .technology = "",
                   .source = "dvfs.adpll.power",
                   .kind = kind_of(power == dvfs::Adpll{}.power)});
  const dvfs::Ldo& ldo = config.dvfs.ldo;
  const dvfs::Ldo recalled;
  const bool is_default =
      ldo.efficiency == recalled.efficiency && ldo.input_voltage == recalled.input_voltage;
  table.configure(item_of(Action::regulator_loss), {.points = loss_points(ldo, table.nominal_volts()),
                                                    .exponent = 0,
                                                    .technology = "",
                                                    .source = "dvfs.ldo.efficiency, dvfs.ldo.input_voltage",
                                                    .kind = kind_of(is_default)});
  return table;
}

void check_rows(const SocConfig& config, const EnergyTable& table, double volts) {
  const Size size = size_of(config);
  for (Item item = 0; item < item_count; ++item) {
    if (!is_of_other_kind(config, item) && !from_configuration(item)) table.cost(item, volts, size);
  }
}

AreaReport area_of(const SocConfig& config, const EnergyTable& table) {
  const Size size = size_of(config);
  const auto mebibytes = [&](const std::string& block) {
    for (std::size_t i = 0; i < domain_count; ++i) {
      const std::string name = name_of(static_cast<Domain>(i));
      if (name == block || name == "accelerator_" + block) return size.mebibytes[i];
    }
    return 0.0;
  };
  AreaReport report;
  for (const std::string& block : area_blocks()) {
    if (block == name_of(Domain::envm) && !has_envm(config)) continue;
    const double area = table.area(block, size.multipliers, mebibytes(block));
    report.blocks.emplace_back(block, area);
    report.total += area;
  }
  return report;
}

}  // namespace edgebert::energy
