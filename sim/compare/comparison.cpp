// SPDX-License-Identifier: Apache-2.0
#include "sim/compare/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* nothing = "-";

std::string shown(const Json& value) {
  if (value.is_null()) return nothing;
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Rows in the order in which either side first has them.
class Rows {
 public:
  void add(const std::string& name, double Contribution::*side, double value) {
    auto row = std::ranges::find(rows_, name, &Contribution::name);
    if (row == rows_.end()) row = rows_.insert(row, Contribution{name});
    (*row).*side += value;
  }
  double sum(double Contribution::*side) const {
    double total = 0;
    for (const Contribution& row : rows_) total += row.*side;
    return total;
  }
  const std::vector<Contribution>& rows() const { return rows_; }

 private:
  std::vector<Contribution> rows_;
};

std::string layer_name(const Json& layer) {
  return layer == 0 ? "embedding" : "layer " + layer.dump();
}

double busy_and_stalled(const Json& unit) {
  double cycles = unit.at("busy_cycles").get<double>();
  for (const auto& [cause, stalled] : unit.at("stalled_cycles").items()) cycles += stalled.get<double>();
  return cycles;
}

double counter(const Json& unit, const char* name) {
  return unit.at("counters").value(name, 0.0);
}

double joules(const Json& parts) {
  return parts.at("dynamic_joules").get<double>() + parts.at("leakage_joules").get<double>();
}

/// What the DMA moved.
double transferred(const Json& totals) {
  double bytes = 0;
  for (const Json& unit : totals.at("units")) {
    if (unit.at("unit") == "dma") bytes += counter(unit, "bytes_loaded") + counter(unit, "bytes_stored");
  }
  return bytes;
}

/// How to fill the rows of one side, and what they must sum to.
struct Recipe {
  const char* quantity;
  const char* by;
  const char* unit;
  std::function<void(const Json& totals, const std::function<void(std::string, double)>& add)> rows;
  std::function<double(const Json& totals)> total;
  const char* rest;  ///< name of a row with what total and rows differ by; nullptr: they do not
};

double cycles_of(const Json& totals) {
  return totals.at("cycles").get<double>();
}

using Add = std::function<void(std::string, double)>;

void operator_cycles(const Json& totals, const Add& add,
                     const std::function<std::string(const Json&)>& name) {
  for (const Json& row : totals.at("operators"))
    add(name(row), row.at("cycles").get<double>() + row.at("firmware_cycles").get<double>());
}

std::vector<Recipe> time_recipes() {
  return {{"cycles", "layer", "cycles",
           [](const Json& totals, const Add& add) {
             operator_cycles(totals, add, [](const Json& row) { return layer_name(row.at("layer")); });
           },
           cycles_of, "operators at the same time"},
          {"cycles", "operator", "cycles",
           [](const Json& totals, const Add& add) {
             operator_cycles(totals, add,
                             [](const Json& row) { return row.at("operator").get<std::string>(); });
           },
           cycles_of, "operators at the same time"},
          {"cycles", "unit", "cycles",
           [](const Json& totals, const Add& add) {
             for (const Json& unit : totals.at("units")) {
               if (unit.at("commands") != 0)
                 add(spelled(unit.at("unit").get<std::string>()), busy_and_stalled(unit));
             }
           },
           cycles_of, "units at the same time, or none"},
          {"bytes", "layer", "B",
           [](const Json& totals, const Add& add) {
             for (const Json& row : totals.at("operators"))
               add(layer_name(row.at("layer")), row.at("bytes").get<double>());
           },
           transferred, nullptr},
          {"bytes", "operator", "B",
           [](const Json& totals, const Add& add) {
             for (const Json& row : totals.at("operators"))
               add(row.at("operator").get<std::string>(), row.at("bytes").get<double>());
           },
           transferred, nullptr},
          {"bytes", "unit", "B",
           [](const Json& totals, const Add& add) {
             for (const Json& unit : totals.at("units")) {
               const std::string name = spelled(unit.at("unit").get<std::string>());
               if (!unit.at("counters").contains("bytes_read")) continue;
               add(name + ", read", counter(unit, "bytes_read"));
               add(name + ", written", counter(unit, "bytes_written"));
             }
           },
           [](const Json& totals) {
             double bytes = 0;
             for (const Json& unit : totals.at("units"))
               bytes += counter(unit, "bytes_read") + counter(unit, "bytes_written");
             return bytes;
           },
           nullptr}};
}

std::vector<Recipe> energy_recipes() {
  const auto total = [](const Json& totals) { return totals.at("energy").at("total_joules").get<double>(); };
  return {{"energy", "layer", "J",
           [](const Json& totals, const Add& add) {
             for (const Json& row : totals.at("energy").at("by_layer"))
               add(layer_name(row.at("layer")), joules(row));
             add("after the answer", totals.at("energy").at("idle_joules").get<double>());
           },
           total, nullptr},
          {"energy", "unit", "J",
           [](const Json& totals, const Add& add) {
             for (const Json& row : totals.at("energy").at("by_unit"))
               add(spelled(row.at("unit").get<std::string>()), joules(row));
           },
           total, nullptr}};
}

Breakdown breakdown_of(const Recipe& recipe, const Json& a, const Json& b) {
  Rows rows;
  const auto fill = [&](const Json& totals, double Contribution::*side) {
    recipe.rows(totals, [&](const std::string& name, double value) { rows.add(name, side, value); });
    if (recipe.rest != nullptr) rows.add(recipe.rest, side, recipe.total(totals) - rows.sum(side));
  };
  fill(a, &Contribution::a);
  fill(b, &Contribution::b);
  Breakdown breakdown{
      recipe.quantity, recipe.by, recipe.unit, {"total", recipe.total(a), recipe.total(b)}, rows.rows()};
  std::ranges::stable_sort(breakdown.rows, std::ranges::greater{},
                           [](const Contribution& row) { return std::abs(row.delta()); });
  return breakdown;
}

Answer answer_of(const Json& sentence, const Json& labels) {
  const auto prediction = sentence.at("prediction").get<std::size_t>();
  return {prediction < labels.size() ? labels[prediction].get<std::string>()
                                     : fmt::format("class {}", prediction),
          sentence.at("exit_layer").get<std::uint64_t>()};
}

void compare_answers(RunComparison& comparison, const Json& a, const Json& b) {
  const Json& left = a.at("sentences");
  const Json& right = b.at("sentences");
  if (left.size() != right.size()) {
    comparison.notes.push_back(
        fmt::format("{} and {} sentences: totals are compared, answers are not", left.size(), right.size()));
    return;
  }
  comparison.same_sentences = std::ranges::equal(
      left, right, {}, [](const Json& s) { return s.at("text"); },
      [](const Json& s) { return s.at("text"); });
  if (!comparison.same_sentences) {
    comparison.notes.emplace_back("the sentences are not the same: totals are compared, answers are not");
    return;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Answer one = answer_of(left[i], a.at("labels"));
    const Answer other = answer_of(right[i], b.at("labels"));
    if (!(one == other)) comparison.answers.push_back({i, left[i].at("text").get<std::string>(), one, other});
  }
}

void compare_inputs(RunComparison& comparison, const Json& a, const Json& b) {
  const auto add = [&](const char* what, const Json& left, const Json& right) {
    if (left != right) comparison.inputs.push_back({what, {shown(left), ""}, {shown(right), ""}});
  };
  const auto table = [](const Json& run) {
    return run.at("energy").is_null() ? Json() : run.at("energy").at("table").at("hash");
  };
  add("version of the program", a.at("version"), b.at("version"));
  add("program", a.at("host").at("program_hash"), b.at("host").at("program_hash"));
  add("model", a.at("model_hash"), b.at("model_hash"));
  add("firmware", a.at("firmware_hash"), b.at("firmware_hash"));
  add("exit table", a.at("predictor_hash"), b.at("predictor_hash"));
  add("energy table", table(a), table(b));
  add("sentences and labels", a.at("inputs_hash"), b.at("inputs_hash"));
}

const Json* row_of(const Json& configuration, const Json& key) {
  const auto row = std::ranges::find(configuration, key, [](const Json& each) { return each.at("key"); });
  return row == configuration.end() ? nullptr : &*row;
}

void compare_configurations(RunComparison& comparison, const Json& a, const Json& b) {
  const auto value_of = [](const Json* row) {
    return row == nullptr
               ? ComparedValue{nothing, "no such key"}
               : ComparedValue{row->at("value").get<std::string>(), row->at("origin").get<std::string>()};
  };
  const auto add = [&](const std::string& key, const Json* left, const Json* right) {
    const ComparedValue one = value_of(left);
    const ComparedValue other = value_of(right);
    if (one.value != other.value) comparison.configuration.push_back({key, one, other});
  };
  for (const Json& row : a) add(row.at("key").get<std::string>(), &row, row_of(b, row.at("key")));
  for (const Json& row : b) {
    if (row_of(a, row.at("key")) == nullptr) add(row.at("key").get<std::string>(), nullptr, &row);
  }
}

void compare_totals(RunComparison& comparison, const Json& a, const Json& b) {
  for (const char* key : {"cycles", "simulated_seconds", "energy_joules", "area_mm2", "accuracy",
                          "average_exit_layer", "missed_deadlines", "instructions", "macs"}) {
    if (a.at(key).is_null() || b.at(key).is_null()) continue;
    comparison.totals.push_back({key, a.at(key).get<double>(), b.at(key).get<double>()});
  }
}

const Json& run_of(const ReportInput& input) {
  if (input.kind == ReportInput::Kind::run) return input.json;
  const Json& points = input.json.at("points");
  const std::string example =
      points.empty() ? "" : ": " + input.name + "/" + points[0].at("folder").get<std::string>();
  throw Error(Failure::input,
              fmt::format("compare: cannot compare '{}': it is a sweep; give the folder of one of its "
                          "points{}",
                          input.name, example));
}

}  // namespace

RunComparison compare_runs(const ReportInput& a, const ReportInput& b) {
  const Json& left = run_of(a);
  const Json& right = run_of(b);
  try {
    RunComparison comparison;
    comparison.a = {a.name, left.at("soc").get<std::string>(), left.at("sentences").size()};
    comparison.b = {b.name, right.at("soc").get<std::string>(), right.at("sentences").size()};
    compare_answers(comparison, left, right);
    compare_inputs(comparison, left, right);
    compare_configurations(comparison, left.at("configuration"), right.at("configuration"));
    const Json& before = left.at("totals");
    const Json& after = right.at("totals");
    compare_totals(comparison, before, after);
    std::vector<Recipe> recipes = time_recipes();
    if (before.at("energy").is_null() || after.at("energy").is_null()) {
      if (before.at("energy") != after.at("energy"))
        comparison.notes.push_back(fmt::format("{} has no energy table: energy is not compared",
                                               before.at("energy").is_null() ? "A" : "B"));
    } else {
      std::ranges::move(energy_recipes(), std::inserter(recipes, recipes.begin() + 3));
    }
    for (const Recipe& recipe : recipes) comparison.breakdowns.push_back(breakdown_of(recipe, before, after));
    return comparison;
  } catch (const Json::exception&) {
    throw Error(Failure::input,
                fmt::format("compare: cannot compare '{}' with '{}': one of them is not as this program "
                            "writes it; run again",
                            a.file.string(), b.file.string()));
  }
}

}  // namespace edgebert::sim
