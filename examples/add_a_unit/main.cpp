// SPDX-License-Identifier: Apache-2.0
// A SoC with one more unit: mapped on the bus, tied to the interrupt controller, on the accelerator's buffers
// and clock. Firmware runs it; the codes it leaves in the SRAM are compared with golden, its cycles with the
// formula.
//
//   gelu_soc CONFIG.yaml FIRMWARE.elf ENERGY.yaml
#include <cstdio>
#include <cstring>

#include <yaml-cpp/yaml.h>

#include "gelu.hpp"
#include "gelu_cost.hpp"
#include "gelu_job.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/functions.hpp"
#include "platform/config/loader.hpp"
#include "platform/firmware_loader.hpp"
#include "platform/simulation_kernel.hpp"
#include "platform/soc.hpp"

using namespace edgebert;

namespace {

class Top : public sc_core::sc_module {
 public:
  Soc soc;
  Gelu gelu;

  Top(sc_core::sc_module_name name, const SocConfig& config)
      : sc_module(name),
        soc("soc", config),
        gelu("gelu", {.lanes = config.pu.vmac_lanes, .costs = config.timing.sfu},
             {soc.accelerator.decoders, soc.accelerator.auxiliary}, soc.accelerator_clock) {
    soc.bus.map_registers(gelu::base, memory_map::unit_room, gelu.socket);
    gelu.interrupt.connect(
        [this](bool level) { soc.interrupt_controller.set_line(static_cast<unsigned>(gelu::line), level); });
    gelu.activity = &soc.accelerator.activity;
    soc.exit_device.on_exit([this] {
      soc.cpu.stop_run();
      sc_core::sc_stop();
    });
  }
};

/// 1/8 apart, around zero.
std::vector<std::int32_t> test_values() {
  std::vector<std::int32_t> values;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(gelu_job::rows * gelu_job::elements); ++i)
    values.push_back((i - 80) * (1 << (working_fraction_bits - 3)));
  return values;
}

/// Golden's codes, and how many of them golden had to clamp.
std::vector<std::uint8_t> expected_codes(const std::vector<std::int32_t>& values,
                                         golden::Saturations& saturations) {
  std::vector<std::uint8_t> codes;
  for (const std::int32_t value : values) {
    const double activated =
        golden::activate(Activation::gelu_new, value) / double{1 << working_fraction_bits};
    codes.push_back(golden::encode(activated, gelu_job::bias, saturations));
  }
  return codes;
}

int run(const char* config_file, const char* firmware_file, const char* energy_file) {
  prepare_kernel();
  const SocConfig config = config::load(config_file).soc;
  Top top("top", config);
  load_firmware(rv32::ElfFile::load(firmware_file), top.soc);
  const std::vector<std::int32_t> values = test_values();
  Memory& sram = top.soc.system_sram;
  constexpr std::uint32_t base = memory_map::system_sram.base;
  std::memcpy(sram.contents().data() + (gelu_job::values - base), values.data(), 4 * values.size());
  sc_core::sc_start();

  golden::Saturations saturations;
  const std::vector<std::uint8_t> expected = expected_codes(values, saturations);
  const auto codes = sram.contents().subspan(gelu_job::codes - base, expected.size());
  const Cycles formula = gelu::cycles({gelu_job::rows, gelu_job::elements, config.pu.vmac_lanes}, true);
  const bool ended = top.soc.exit_device.code() == 0u;
  const bool equal = std::equal(codes.begin(), codes.end(), expected.begin(), expected.end()) &&
                     top.gelu.counters["code_saturations"] == saturations.adaptivfloat;
  const bool timed = top.gelu.total_busy_cycles() == formula && top.gelu.total_commands() == 1;

  const double picojoules = YAML::LoadFile(energy_file)["gelu"]["element"]["value"].as<double>() *
                            static_cast<double>(top.gelu.counters["elements"]);
  std::printf("firmware %s, %zu codes %s golden, %llu cycles (formula: %llu), %.1f pJ\n",
              ended ? "ended well" : "FAILED", codes.size(), equal ? "equal to" : "DIFFER FROM",
              static_cast<unsigned long long>(top.gelu.total_busy_cycles()),
              static_cast<unsigned long long>(formula), picojoules);
  return ended && equal && timed ? 0 : 1;
}

}  // namespace

int sc_main(int argc, char** argv) try {
  if (argc != 4) {
    std::fprintf(stderr, "usage: gelu_soc CONFIG.yaml FIRMWARE.elf ENERGY.yaml\n");
    return 2;
  }
  return run(argv[1], argv[2], argv[3]);
} catch (const std::exception& error) {
  std::fprintf(stderr, "gelu_soc: %s\n", error.what());
  return 1;
}
