// SPDX-License-Identifier: Apache-2.0
// The system bus: 64 bits wide by default, two initiators (core, DMA), an address map, error responses.
//
// Time, added to the transaction's delay:
//   register block    `register_latency` bus cycles
//   memory, core      `register_latency` + the memory's latency + its beats
//   memory, DMA       per burst of at most 256 beats: `burst_overhead` bus cycles + the memory's latency +
//   the longer of
//                     the bus's and the memory's beats; bursts follow one another (one outstanding)
// 256 beats is AXI4's longest burst. Arbitration: the core comes first. Each of its accesses takes one bus
// cycle from a DMA transfer under way, whose completion moves later by that much. Not modelled: a core access
// that waits for the beat on the wires, beats that fall into a burst's latency and would cost nothing.
#pragma once
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "contract/memory_map.hpp"
#include "ip/common/log.hpp"
#include "ip/sram/memory.hpp"

namespace edgebert {

class Bus : public sc_core::sc_module {
 public:
  struct Parameters {
    sc_core::sc_time cycle;
    std::uint32_t width;
    std::uint32_t register_latency;
    std::uint32_t burst_overhead;
  };
  /// The last access that was answered with an error.
  struct Fault {
    const char* initiator;
    bool write;
    std::uint64_t address;
    std::size_t bytes;
    const char* response;
  };

  /// An access of the core to a register that was answered without an error.
  struct RegisterAccess {
    sc_core::sc_time time;  ///< at which it takes effect
    bool write;
    std::uint32_t address;
    std::uint32_t value;
  };

  /// A transfer of the DMA that a memory answered, in times from the DMA's start of its command on.
  struct Transfer {
    const Memory& memory;
    bool write;
    std::uint64_t address;
    std::uint64_t bytes;
    sc_core::sc_time begin;
    sc_core::sc_time end;
  };

  LogChannel log;
  tlm_utils::simple_target_socket<Bus> core{"core"};
  tlm_utils::simple_target_socket<Bus> dma{"dma"};

  Bus(sc_core::sc_module_name name, const Parameters& parameters);

  void map_registers(std::uint32_t base, std::uint64_t bytes, tlm::tlm_base_target_socket<>& target);
  void map_memory(std::uint32_t base, Memory& memory);
  /// Called for each beat the core takes from the bus: it comes first, a transfer under way waits.
  void on_core_beat(std::function<void()> sink) { core_beat_sink_ = std::move(sink); }
  /// Called for each access to a register; not called at all without a sink.
  void on_register_access(std::function<void(const RegisterAccess&)> sink) { access_sink_ = std::move(sink); }
  /// Called for each transfer of the DMA; not called at all without a sink.
  void on_transfer(std::function<void(const Transfer&)> sink) { transfer_sink_ = std::move(sink); }
  const sc_core::sc_time& cycle() const { return parameters_.cycle; }
  const std::optional<Fault>& last_fault() const { return last_fault_; }
  std::uint64_t core_accesses() const { return core_accesses_; }
  std::uint64_t dma_beats() const { return dma_beats_; }

 private:
  struct Region {
    std::uint64_t base;
    std::uint64_t bytes;
    Memory* memory;  ///< nullptr: registers
    std::unique_ptr<tlm_utils::simple_initiator_socket<Bus>> socket;
  };

  void core_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void show_access(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay);
  void dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_transport(tlm::tlm_generic_payload& payload);
  /// Where an initiator's last accesses went, by their pages.
  using RecentRegions = std::array<Region*, 16>;
  Region* find(std::uint64_t address, std::uint64_t bytes, RecentRegions& recent);
  bool forward(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, Region* region,
               const char* initiator);
  /// Time and beats of a DMA transfer that a memory has answered.
  sc_core::sc_time transfer_time(const Region& region, const tlm::tlm_generic_payload& payload,
                                 TransferExtension* extension);

  Parameters parameters_;
  sc_core::sc_time register_time_;
  std::deque<Region> regions_;
  std::function<void()> core_beat_sink_;
  std::function<void(const RegisterAccess&)> access_sink_;
  std::function<void(const Transfer&)> transfer_sink_;
  RecentRegions recent_of_core_{};
  RecentRegions recent_of_dma_{};
  std::optional<Fault> last_fault_;
  std::uint64_t core_accesses_ = 0;
  std::uint64_t dma_beats_ = 0;
};

}  // namespace edgebert
