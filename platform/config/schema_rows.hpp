// SPDX-License-Identifier: Apache-2.0
// How rows of the schema are written down; for schema*.cpp alone.
#pragma once
#include <utility>

#include "platform/config/schema.hpp"

namespace edgebert::config {

inline Key text(std::string path, Slot (*slot)(SocConfig&), std::string description, std::string source) {
  return {std::move(path),        Unit::none,       0, 0, 0, {}, Influence::none, slot,
          std::move(description), std::move(source)};
}

inline Key choice(std::string path, std::vector<std::string> choices, Slot (*slot)(SocConfig&),
                  std::string description, std::string source) {
  return {std::move(path),        Unit::none,       0, 0, 0, std::move(choices), Influence::results, slot,
          std::move(description), std::move(source)};
}

struct Range {
  double minimum;
  double maximum;
  std::uint32_t multiple_of = 0;
};

inline Key number(std::string path, Unit unit, Range range, Slot (*slot)(SocConfig&), std::string description,
                  std::string source, Influence influence = Influence::results) {
  return {std::move(path), unit, range.minimum,          range.maximum,    range.multiple_of, {},
          influence,       slot, std::move(description), std::move(source)};
}

// A lambda without captures is all a row needs to say where its value lives.
#define SLOT(member) [](SocConfig& config) -> Slot { return &config.member; }

/// Keys of the section `exit` (schema_exit.cpp).
std::vector<Key> exit_keys();

/// Keys of the section `timing` (schema_timing.cpp).
std::vector<Key> timing_keys();

/// Keys of the section `dvfs` (schema_dvfs.cpp).
std::vector<Key> dvfs_keys();
/// Keys of `memory.envm` that say how bits are stored, and of the section `faults` (schema_envm.cpp).
std::vector<Key> envm_cell_keys();
std::vector<Key> fault_keys();

}  // namespace edgebert::config
