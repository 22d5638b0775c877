// SPDX-License-Identifier: Apache-2.0
// What a sentence, or several, cost: rows by layer and item, and their sums by unit, layer, domain and kind.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/energy/energy_table.hpp"
#include "platform/energy/items.hpp"

namespace edgebert::energy {

struct Joules {
  double dynamic = 0;
  double leakage = 0;
  double total() const { return dynamic + leakage; }
  Joules& operator+=(const Joules& other) {
    dynamic += other.dynamic;
    leakage += other.leakage;
    return *this;
  }
};

/// Of each power domain, in their order.
using DomainJoules = std::array<Joules, domain_count>;

/// One item in one layer.
struct EnergyRow {
  std::uint8_t layer;  ///< 0: the embedding; one more than the model's layers: between two sentences
  Item item;
  double count;  ///< of an action, or seconds
  double joules;
  double square_law_joules;  ///< what V^2 alone makes of it, from the voltage next to the nominal one
};

/// Energy by domain in a span of time in which layer and voltage are the same.
struct PowerSegment {
  double start;  ///< seconds since reset
  double end;
  std::uint32_t layer;
  double volts;  ///< of the accelerator's domain
  std::array<double, domain_count> joules;

  double total() const;
};

struct EnergyReport {
  std::uint32_t layers = 0;         ///< of the model
  std::vector<EnergyRow> rows;      ///< by layer, then item; none that is all 0
  std::vector<PowerSegment> trace;  ///< of one sentence; empty in sums of several

  Joules total() const;
  /// Of the rows `chosen` picks.
  Joules sum(const std::function<bool(const EnergyRow&)>& chosen) const;
  double square_law_joules() const;
  /// Between two sentences.
  Joules idle() const;
  /// What all rows of an item add up to: counts and joules.
  std::vector<EnergyRow> by_item() const;
  /// In the order of items.
  std::vector<std::pair<std::string, Joules>> by_unit() const;
  DomainJoules by_domain() const;
  /// Of the rows `chosen` picks.
  DomainJoules by_domain(const std::function<bool(const EnergyRow&)>& chosen) const;
  std::array<double, kind_count> by_kind(const EnergyTable& table) const;

  /// Adds another sentence's rows; its trace is dropped.
  EnergyReport& operator+=(const EnergyReport& other);
};

/// mm2 of each block of area_blocks() and of all.
struct AreaReport {
  std::vector<std::pair<std::string, double>> blocks;
  double total = 0;
};

DomainJoules& operator+=(DomainJoules& to, const DomainJoules& other);
/// Of all domains; of those with the accelerator's voltage.
double total_of(const DomainJoules& domains);
double accelerator_total_of(const DomainJoules& domains);

/// A trace and rows must tell the same: checked after every sentence.
/// @throws Error(Failure::internal) if their sums differ by more than 1e-9 of the total
void check_trace(const EnergyReport& report);

}  // namespace edgebert::energy
