// SPDX-License-Identifier: Apache-2.0
// What an action, a domain's second and a block's area cost: configs/energy/*.yaml. SystemC-free.
//
//   version: 1
//   name: gf12-stp
//   nominal_voltage: 1.0 V       # of the accelerator's domain
//   technology: GF 12 nm FinFET  # of every row that does not say otherwise; so is the temperature
//   temperature: 25              # degrees Celsius
//   dynamic:                     # pJ, or pJ/multiplier
//     processing_unit:
//       mac: {value: 0.15, measure: pJ, voltage: 0.8 V, kind: assumed, source: ...}
//       clock_cycle:             # measured at several voltages
//         points: [{voltage: 0.62 V, value: 0.02}, {voltage: 1.0 V, value: 0.06}]
//         measure: pJ
//         kind: derived
//         source: ...
//   leakage:                     # mW, mW/multiplier or mW/MiB
//     accelerator: {on: {...}, clock_gated: {...}, off: {...}}
//   area:                        # mm2, mm2/multiplier or mm2/MiB
//     multipliers: {value: ..., measure: mm2/multiplier, kind: ..., source: ...}
//
// Dynamic energy is V^2 k(V): k is constant, or interpolated between measured points, outside of which a
// voltage is refused. Leakage power is value (V / V0)^exponent, or interpolated between points. The other
// domains keep the voltage their rows are given at. A row that is not there is an error where it is needed,
// never 0.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/energy/items.hpp"

namespace edgebert::energy {

/// How a number was come by, from the surest to the least sure.
enum class Kind { measured, derived, recalled, assumed };
inline constexpr std::size_t kind_count = 4;
const char* name_of(Kind kind);

/// What a row's value is multiplied by.
enum class Scale { one, multiplier, mebibyte };

struct Point {
  double volts;
  double value;  ///< in the row's unit of measure
};

struct Row {
  std::vector<Point> points;  ///< rising voltages; one: scaled from there
  Scale scale = Scale::one;
  double exponent = 2;  ///< of the voltage, with one point
  double celsius = 25;
  std::string technology;
  std::string source;
  Kind kind = Kind::assumed;

  /// In the row's unit of measure. @throws std::out_of_range outside several points
  double at(double volts) const;
};

/// How much there is of what rows scale with.
struct Size {
  double multipliers = 256;
  std::array<double, domain_count> mebibytes{};  ///< of each domain's memory
};

class EnergyTable {
 public:
  /// @throws Error(Failure::config): FILE:LINE:COLUMN, the key's path, the nearest valid key
  static EnergyTable load(const std::filesystem::path& file);
  /// @param file  its name in messages
  static EnergyTable parse(const std::string& yaml, const std::filesystem::path& file);

  const std::string& name() const { return name_; }
  /// SHA-256 of every value in canonical form: comments and spelling do not count.
  const std::string& hash() const { return hash_; }
  double nominal_volts() const { return nominal_volts_; }

  /// nullptr if there is no such row.
  const Row* row(Item item) const { return rows_[item] ? &*rows_[item] : nullptr; }
  const Row* area_row(const std::string& block) const;
  /// Sets a row that comes from a configuration. Not part of hash(): the configuration has its own.
  void configure(Item item, Row row) { rows_[item] = std::move(row); }

  /// Joules an action, or watts of a domain in a state.
  /// @param volts  of the accelerator's domain; other domains keep their row's
  /// @throws Error(Failure::config) naming a row that is missing, or a voltage outside its points
  double cost(Item item, double volts, const Size& size) const;
  /// What V^2 alone makes of the value at the voltage nearest to the nominal one, which points may
  /// contradict.
  double square_law_cost(Item item, double volts, const Size& size) const;
  /// mm2 of a block: "multipliers", "buffers", "accelerator_rest", "core", "system_sram", "weight_memory",
  /// "envm".
  /// @throws Error(Failure::config) if the row is missing
  double area(const std::string& block, double multipliers, double mebibytes) const;

 private:
  friend class TableReader;

  const Row& required(Item item) const;
  double scaled(const Row& row, double value, Item item, const Size& size) const;

  std::string file_;
  std::string name_;
  std::string hash_;
  double nominal_volts_ = 0;
  std::array<std::optional<Row>, item_count> rows_;
  std::map<std::string, Row> areas_;
};

/// Every block of EnergyTable::area, in the order of reports.
const std::vector<std::string>& area_blocks();

}  // namespace edgebert::energy
