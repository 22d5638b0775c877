// SPDX-License-Identifier: Apache-2.0
// The SoC, assembled from a SocConfig: core, bus, memories, accelerator, interrupt controller, timer,
// watchdog, console, mailbox, exit device. A SystemC module like any other; platform/platform.hpp is the host
// beside it.
#pragma once
#include <memory>

#include "ip/accelerator/accelerator.hpp"
#include "ip/envm/envm.hpp"
#include "platform/bus.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/console.hpp"
#include "platform/cpu.hpp"
#include "platform/exit_device.hpp"
#include "platform/interrupt_controller.hpp"
#include "platform/mailbox.hpp"
#include "platform/timer.hpp"
#include "platform/watchdog.hpp"

namespace edgebert {

class Soc : public sc_core::sc_module {
 public:
  ClockDomain accelerator_clock;
  ClockDomain core_clock;
  ClockDomain bus_clock;

  Memory boot_rom;
  Memory system_sram;

 private:
  std::unique_ptr<Memory> weight_memory_;  ///< of the kind the configuration names

 public:
  Memory& weight_memory;
  Envm envm;
  Accelerator accelerator;
  InterruptController interrupt_controller;
  Timer timer;
  Watchdog watchdog;
  Console console;
  Mailbox mailbox;
  ExitDevice exit_device;
  Bus bus;
  Cpu cpu;

  Soc(sc_core::sc_module_name name, const SocConfig& config);

  /// The memory a bus address lies in, and where in it; nullptr if none does.
  std::pair<Memory*, std::uint64_t> memory_at(std::uint64_t address);
  /// A memory by its name in contract/memory_map.hpp; nullptr if there is none.
  Memory* memory_named(const std::string& name);

 private:
  void map_memories();
  void map_devices();
  void connect_interrupts();
};

}  // namespace edgebert
