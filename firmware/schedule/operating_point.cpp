// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/operating_point.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "ip/dvfs/dvfs_regs.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t base = memory_map::dvfs;

dvfs::LutRow characterised_point(uint32_t index) {
  hal::write(base, dvfs::point_index, index);
  return {hal::read(base, dvfs::point_frequency), hal::read(base, dvfs::point_voltage)};
}

}  // namespace

OperatingRange read_operating_range(uint32_t table) {
  OperatingRange range{table, minimum(hal::read(base, dvfs::point_count), operating_points_max), 0,
                       hal::read(base, dvfs::current_frequency)};
  // The fastest points count: reset's clock is among them.
  const uint32_t skipped = hal::read(base, dvfs::point_count) - range.points;
  for (uint32_t index = 0; index < range.points; ++index) {
    const dvfs::LutRow point = characterised_point(skipped + index);
    if (index == 0) range.lowest_frequency = point.kilohertz;
    hal::copy_out(table + index * sizeof point, &point, sizeof point);
  }
  if (range.lowest_frequency >= range.top_frequency) range.points = 0;
  return range;
}

OperatingPoint operating_point(const OperatingRange& range) {
  if (range.points == 0) return {};
  return {hal::read(base, dvfs::current_frequency), hal::read(base, dvfs::current_voltage)};
}

void set_frequency(const OperatingRange& range, uint32_t frequency, const Tag& tag) {
  if (range.points == 0 || hal::read(base, dvfs::current_frequency) == frequency) return;
  load({range.table, 0}, {dma::Buffer::auxiliary, 0, 0},
       {1, range.points * static_cast<uint32_t>(sizeof(dvfs::LutRow))}, tag);
  hal::write(base, dvfs::target_frequency, frequency);
  hal::write(base, dvfs::lut_base, 0);
  hal::write(base, dvfs::lut_rows, range.points);
  start(units::dvfs, tag);
  wait(units::dvfs);
}

}  // namespace edgebert::firmware
