// SPDX-License-Identifier: Apache-2.0
#include "platform/firmware_loader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "contract/error.hpp"

namespace edgebert {
namespace {

/// Firmware that starts inside a memory and ends past it asks for a larger one.
void check_fits(const rv32::ElfFile& firmware, const memory_map::Region& region, std::uint64_t available) {
  std::uint64_t needed = 0;
  for (const rv32::Segment& segment : firmware.segments()) {
    const std::uint64_t end = std::uint64_t{segment.address - region.base} + segment.memory_size;
    if (segment.address >= region.base && end <= region.room) needed = std::max(needed, end);
  }
  if (needed <= available) return;
  throw Error(
      Failure::capacity,
      fmt::format("cannot load firmware {}: it needs {} bytes of {}, which has {}; raise memory.{}.size",
                  firmware.name(), needed, region.name, available, region.name));
}

}  // namespace

void load_firmware(const rv32::ElfFile& firmware, Soc& soc) {
  check_fits(firmware, memory_map::boot_rom, soc.boot_rom.size());
  check_fits(firmware, memory_map::system_sram, soc.system_sram.size());
  const rv32::LoadTarget targets[] = {{memory_map::boot_rom.base, soc.boot_rom.contents()},
                                      {memory_map::system_sram.base, soc.system_sram.contents()}};
  firmware.copy_to(targets);
  soc.cpu.reset(firmware.entry());
}

}  // namespace edgebert
