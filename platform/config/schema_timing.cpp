// SPDX-License-Identifier: Apache-2.0
// The keys of the section `timing`: the preset, and every constant of the cost formulas.
#include "platform/config/schema_rows.hpp"

namespace edgebert::config {
namespace {

constexpr const char* measured = "measured on the published model";
constexpr const char* hidden =
    "serial: measured on the published model; overlapped: hidden, as the chip's peak implies";
constexpr const char* ours = "ours: the published unit knows none";
constexpr const char* in_top_level =
    "serial: measured inside the published top level; overlapped: measured on the unit alone";

Key cycles(std::string path, Slot (*slot)(SocConfig&), std::string description, std::string source) {
  Key key =
      number("timing." + path, Unit::none, {0, 10'000, 1}, slot, "cycles " + description, std::move(source));
  key.follows_preset = true;
  return key;
}

template <product::Stalls product::Costs::*stalls, Cycles product::Stalls::*tile>
Slot stall_slot(SocConfig& config) {
  return &(config.timing.pu.*stalls.*tile);
}

template <product::Stalls product::Costs::*stalls>
void add_stalls(std::vector<Key>& keys, const std::string& path, const std::string& where) {
  const char* source = "serial: measured on the published model at n = 16 and 32; overlapped: none";
  const auto add = [&](const char* name, Slot (*slot)(SocConfig&), const char* tile) {
    keys.push_back(cycles(path + name, slot, std::string(tile) + where, source));
  };
  add(".second_tile", stall_slot<stalls, &product::Stalls::second_tile>, "the second output tile waits");
  add(".third_tile", stall_slot<stalls, &product::Stalls::third_tile>, "the third output tile waits");
  add(".later_tile", stall_slot<stalls, &product::Stalls::later_tile>, "each later output tile waits");
}

std::vector<Key> product_keys() {
  std::vector<Key> keys = {
      cycles("pu.command", SLOT(timing.pu.command),
             "a command: start to the first load, last drain to the interrupt; 23 inside the published top "
             "level",
             measured),
      cycles("pu.load", SLOT(timing.pu.load), "to load a vector of a block before the block is computed",
             hidden),
      cycles("pu.compute", SLOT(timing.pu.compute), "to compute a vector of a block", measured),
      cycles("pu.handover", SLOT(timing.pu.handover), "to hand over a block", hidden),
      cycles("pu.fill", SLOT(timing.pu.fill),
             "to load a vector of a command's first block, which nothing hides; only with overlapped",
             "serial: part of pu.load; overlapped: the same load"),
      cycles("pu.drain", SLOT(timing.pu.drain), "to write an output vector of codes", measured),
      cycles("pu.wide_drain", SLOT(timing.pu.wide_drain),
             "to write an output vector of 32-bit words through a port of n bytes", ours),
  };
  add_stalls<&product::Costs::stalls>(keys, "pu.stall",
                                      " because its loads share a port with the output before it");
  add_stalls<&product::Costs::thin>(keys, "pu.thin_stall", " where a tile is a single block");
  return keys;
}

template <sfu::UnitCosts sfu::Costs::*unit, Cycles sfu::UnitCosts::*cost>
Slot unit_slot(SocConfig& config) {
  return &(config.timing.sfu.*unit.*cost);
}

template <sfu::UnitCosts sfu::Costs::*unit>
void add_unit(std::vector<Key>& keys, const std::string& name) {
  const std::string path = "sfu." + name;
  keys.push_back(cycles(path + ".vector", unit_slot<unit, &sfu::UnitCosts::vector>,
                        "of " + name + " a vector, all passes, on a memory that answers at once", measured));
  keys.push_back(
      cycles(path + ".row", unit_slot<unit, &sfu::UnitCosts::row>, "of " + name + " a row", in_top_level));
  keys.push_back(cycles(path + ".command", unit_slot<unit, &sfu::UnitCosts::command>,
                        "of " + name + " a command", in_top_level));
}

std::vector<Key> special_function_keys() {
  std::vector<Key> keys = {
      cycles("sfu.data_read", SLOT(timing.sfu.data_read),
             "more a vector read from a data buffer: mask, decoder, data and back", in_top_level),
      cycles("sfu.auxiliary_read", SLOT(timing.sfu.auxiliary_read),
             "more a vector read from the auxiliary buffer", in_top_level),
      cycles("sfu.single_vector_row", SLOT(timing.sfu.single_vector_row),
             "more a row after the first, where rows are a single vector; softmax and layernorm",
             in_top_level),
      cycles("sfu.wide_vector", SLOT(timing.sfu.wide_vector),
             "more a vector of 32-bit words than one of codes, each time it is read or written", ours),
      cycles("sfu.second_operand", SLOT(timing.sfu.second_operand),
             "more a vector of layernorm's second operand and pass", ours),
  };
  add_unit<&sfu::Costs::softmax>(keys, "softmax");
  add_unit<&sfu::Costs::layernorm>(keys, "layernorm");
  add_unit<&sfu::Costs::element_add>(keys, "element_add");
  add_unit<&sfu::Costs::early_exit>(keys, "early_exit");
  keys.push_back(cycles("sfu.dvfs_lookup", SLOT(timing.sfu.dvfs_lookup),
                        "of a DVFS command that changes nothing; with a change, in front of it",
                        "measured inside the published top level"));
  return keys;
}

}  // namespace

std::vector<Key> timing_keys() {
  std::vector<Key> keys = {choice(
      "timing.preset", {"serial", "overlapped"}, SLOT(timing.pu.preset),
      "cycles of a unit: serial = load, then compute, as measured on the published model; overlapped = loads "
      "hidden behind computing, n cycles an n x n x n block; sets every key of this section that is not "
      "given",
      "serial: published model; overlapped: the chip's peak of 256 MACs a cycle implies it")};
  for (std::vector<Key> (*part)() : {product_keys, special_function_keys}) {
    for (Key& key : part()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace edgebert::config
