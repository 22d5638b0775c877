// SPDX-License-Identifier: Apache-2.0
#include "sim/run_report.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace edgebert::sim {

namespace {

/// Of the sentences that `counts` and that are labelled.
template <typename Predicate>
std::optional<double> share_right(const std::vector<SentenceReport>& sentences, Predicate counts) {
  std::size_t labelled = 0;
  std::size_t right = 0;
  for (const SentenceReport& sentence : sentences) {
    if (!sentence.label || !counts(sentence)) continue;
    ++labelled;
    if (*sentence.label == sentence.prediction) ++right;
  }
  if (labelled == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(labelled);
}

}  // namespace

std::optional<double> RunReport::accuracy() const {
  return share_right(sentences, [](const SentenceReport&) { return true; });
}

std::optional<double> RunReport::accuracy(std::size_t task) const {
  return share_right(sentences, [task](const SentenceReport& sentence) { return sentence.task == task; });
}

double RunReport::average_exit_layer() const {
  std::uint64_t sum = 0;
  for (const SentenceReport& sentence : sentences) sum += sentence.exit_layer;
  return sentences.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(sentences.size());
}

std::size_t RunReport::missed_deadlines() const {
  return static_cast<std::size_t>(std::ranges::count(sentences, true, &SentenceReport::deadline_missed));
}

std::size_t RunReport::infeasible_deadlines() const {
  return static_cast<std::size_t>(std::ranges::count(sentences, true, &SentenceReport::deadline_infeasible));
}

std::string RunReport::label_name(std::size_t task, std::uint32_t label) const {
  const std::vector<std::string>& labels = tasks.at(task).labels;
  return label < labels.size() ? labels[label] : fmt::format("class {}", label);
}

std::uint64_t RunReport::cycles() const {
  std::uint64_t sum = 0;
  for (const SentenceReport& sentence : sentences) sum += sentence.cycles;
  return sum;
}

double RunReport::simulated_seconds() const {
  double sum = 0;
  for (const SentenceReport& sentence : sentences) sum += sentence.seconds;
  return sum;
}

std::uint64_t RunReport::instructions() const {
  std::uint64_t sum = 0;
  for (const SentenceReport& sentence : sentences) sum += sentence.instructions;
  return sum;
}

std::vector<UnitReport> RunReport::units() const {
  std::vector<UnitReport> totals;
  for (const SentenceReport& sentence : sentences) {
    for (const UnitReport& unit : sentence.units) {
      auto total = std::ranges::find(totals, unit.unit, &UnitReport::unit);
      if (total == totals.end())
        total = totals.insert(total, UnitReport{unit.unit, 0, 0, {}, {}, unit.timed});
      total->commands += unit.commands;
      total->busy_cycles += unit.busy_cycles;
      total->stalls += unit.stalls;
      for (const auto& [name, value] : unit.counters) total->counters[name] += value;
    }
  }
  return totals;
}

std::vector<OperatorReport> RunReport::operators() const {
  std::map<std::pair<std::uint8_t, Operator>, OperatorReport> totals;
  for (const SentenceReport& sentence : sentences) {
    for (const OperatorReport& report : sentence.operators) {
      const auto key = std::pair(report.layer, report.op);
      totals.try_emplace(key, OperatorReport{.layer = report.layer, .op = report.op}).first->second += report;
    }
  }
  std::vector<OperatorReport> sorted;
  for (const auto& [key, total] : totals) sorted.push_back(total);
  return sorted;
}

energy::EnergyReport RunReport::energy() const {
  energy::EnergyReport sum;
  for (const SentenceReport& sentence : sentences) sum += sentence.energy;
  return sum;
}

std::string spelled(std::string unit) {
  if (unit == "dma") return "DMA";
  if (unit == "envm") return "eNVM";
  if (unit == "lpddr4") return "LPDDR4";
  if (unit == "system_sram") return "system SRAM";
  std::ranges::replace(unit, '_', ' ');
  return unit;
}

std::uint64_t counted(const std::vector<UnitReport>& units, std::string_view counter) {
  std::uint64_t sum = 0;
  for (const UnitReport& unit : units) {
    const auto found = unit.counters.find(counter);
    if (found != unit.counters.end()) sum += found->second;
  }
  return sum;
}

}  // namespace edgebert::sim
