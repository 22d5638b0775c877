// SPDX-License-Identifier: Apache-2.0
// What costs energy: actions, which are counted, and power domains, whose time in a state is. Both are items
// of one list, so that a ledger is an array. Names are those of the rows in configs/energy/*.yaml.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace edgebert::energy {

/// What draws power while nothing happens. The first three share the accelerator's supply voltage and state.
enum class Domain : std::uint8_t {
  accelerator,
  accelerator_buffers,
  clock_generator,
  core,
  bus,
  system_sram,
  weight_memory,
  envm,
};
inline constexpr std::size_t domain_count = 8;

enum class State : std::uint8_t { on, clock_gated, off };
inline constexpr std::size_t state_count = 3;

/// What is counted. One row of the table each.
enum class Action : std::uint8_t {
  accelerator_clock_cycle,         ///< the domain's clock runs
  processing_unit_clock_cycle,     ///< the same for the n x n datapath: a row a multiplier
  processing_unit_mac,             ///< neither operand is zero
  processing_unit_mac_gated,       ///< an operand is zero
  processing_unit_output_element,  ///< bias, scale, activation, encoder
  softmax_element,
  softmax_exp,
  layernorm_element,
  element_add_element,
  early_exit_exp,
  buffers_byte,  ///< of a data buffer's port, read or written
  dma_byte,
  bus_dma_beat,
  bus_core_access,
  core_instruction,  ///< with its fetch and its data on the core's private port
  system_sram_read_byte,
  system_sram_write_byte,
  weight_memory_read_byte,  ///< of a memory of fixed latency
  weight_memory_write_byte,
  lpddr4_read_byte,
  lpddr4_write_byte,
  lpddr4_activate,
  envm_read_slc_byte,
  envm_read_mlc2_byte,
  envm_read_mlc3_byte,
  clock_generator_cycle,  ///< of the oscillator, which goes on while the domain's clock is gated
  regulator_loss,         ///< pJ delivered to the accelerator's three domains; costs what more was drawn
};
inline constexpr std::size_t action_count = 27;

/// An action, or a domain in a state: what a cell of the ledger is of.
using Item = std::uint8_t;
inline constexpr std::size_t item_count = action_count + domain_count * state_count;

constexpr Item item_of(Action action) {
  return static_cast<Item>(action);
}
constexpr Item item_of(Domain domain, State state) {
  return static_cast<Item>(action_count + static_cast<std::size_t>(domain) * state_count +
                           static_cast<std::size_t>(state));
}

/// True for a domain in a state: counts are seconds, energy is leakage.
constexpr bool is_leakage(Item item) {
  return item >= action_count;
}

/// True for what a configuration gives (dvfs.adpll, dvfs.ldo): no row of a table file.
constexpr bool from_configuration(Item item) {
  return item == item_of(Action::clock_generator_cycle) || item == item_of(Action::regulator_loss);
}

/// Of an action: what it happens in. Of a domain: its name.
const char* unit_of(Item item);
/// Of an action: its name within its unit. Of a domain: the state's.
const char* action_of(Item item);
/// Whose power it is.
Domain domain_of(Item item);
const char* name_of(Domain domain);

/// True if the domain has the accelerator's voltage, which may change during a run.
constexpr bool scales(Domain domain) {
  return domain <= Domain::clock_generator;
}

/// "processing_unit.mac", as a row of the table is called within its section.
inline std::string name_of(Item item) {
  return std::string(unit_of(item)) + "." + action_of(item);
}

}  // namespace edgebert::energy
