// SPDX-License-Identifier: Apache-2.0
// A table with every row, 1 pJ or 1 mW each but for those that tests compute with.
#pragma once
#include <string>

#include "platform/energy/energy_table.hpp"

namespace edgebert::test {

/// The row of an item, or `own` if that is one of its rows: "processing_unit.mac: {...}".
inline std::string small_table_text(const std::string& own = "", const std::string& left_out = "") {
  using namespace energy;
  std::string text =
      "version: 1\nname: small\nnominal_voltage: 1 V\ntechnology: none\ntemperature: 25\ndynamic:\n";
  std::string open;
  for (Item item = 0; item < item_count; ++item) {
    if (from_configuration(item)) continue;
    if (item == action_count) text += "leakage:\n";
    if (unit_of(item) != open || item == action_count) text += std::string("  ") + unit_of(item) + ":\n";
    open = unit_of(item);
    if (name_of(item) == left_out && !is_leakage(item)) continue;
    const std::string head = name_of(item) + ": ";
    const bool replaced = !is_leakage(item) && own.starts_with(head);
    text += std::string("    ") + action_of(item) + ": " +
            (replaced ? own.substr(head.size())
                      : std::string("{value: 1, measure: ") + (is_leakage(item) ? "mW" : "pJ") +
                            ", voltage: 1 V, kind: assumed, source: made up}") +
            "\n";
  }
  text += "area:\n";
  for (const std::string& block : area_blocks())
    text += "  " + block + ": {value: 2, measure: mm2, kind: assumed, source: made up}\n";
  return text;
}

}  // namespace edgebert::test
