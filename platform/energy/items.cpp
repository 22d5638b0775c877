// SPDX-License-Identifier: Apache-2.0
#include "platform/energy/items.hpp"

namespace edgebert::energy {
namespace {

struct ActionName {
  const char* unit;
  const char* action;
  Domain domain;
};

/// In the order of Action.
constexpr ActionName actions[] = {
    {"accelerator", "clock_cycle", Domain::accelerator},
    {"processing_unit", "clock_cycle", Domain::accelerator},
    {"processing_unit", "mac", Domain::accelerator},
    {"processing_unit", "mac_gated", Domain::accelerator},
    {"processing_unit", "output_element", Domain::accelerator},
    {"softmax", "element", Domain::accelerator},
    {"softmax", "exp", Domain::accelerator},
    {"layernorm", "element", Domain::accelerator},
    {"element_add", "element", Domain::accelerator},
    {"early_exit", "exp", Domain::accelerator},
    {"buffers", "byte", Domain::accelerator_buffers},
    {"dma", "byte", Domain::accelerator},
    {"bus", "dma_beat", Domain::bus},
    {"bus", "core_access", Domain::bus},
    {"core", "instruction", Domain::core},
    {"system_sram", "read_byte", Domain::system_sram},
    {"system_sram", "write_byte", Domain::system_sram},
    {"weight_memory", "read_byte", Domain::weight_memory},
    {"weight_memory", "write_byte", Domain::weight_memory},
    {"lpddr4", "read_byte", Domain::weight_memory},
    {"lpddr4", "write_byte", Domain::weight_memory},
    {"lpddr4", "activate", Domain::weight_memory},
    {"envm", "read_slc_byte", Domain::envm},
    {"envm", "read_mlc2_byte", Domain::envm},
    {"envm", "read_mlc3_byte", Domain::envm},
    {"clock_generator", "cycle", Domain::clock_generator},
    {"regulator", "loss", Domain::accelerator},
};
static_assert(sizeof actions / sizeof *actions == action_count);

constexpr const char* domains[domain_count] = {
    "accelerator", "accelerator_buffers", "clock_generator", "core",
    "bus",         "system_sram",         "weight_memory",   "envm"};
constexpr const char* states[state_count] = {"on", "clock_gated", "off"};

}  // namespace

const char* name_of(Domain domain) {
  return domains[static_cast<std::size_t>(domain)];
}

Domain domain_of(Item item) {
  return is_leakage(item) ? static_cast<Domain>((item - action_count) / state_count) : actions[item].domain;
}

const char* unit_of(Item item) {
  return is_leakage(item) ? name_of(domain_of(item)) : actions[item].unit;
}

const char* action_of(Item item) {
  return is_leakage(item) ? states[(item - action_count) % state_count] : actions[item].action;
}

}  // namespace edgebert::energy
