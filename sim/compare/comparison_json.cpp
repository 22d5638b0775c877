// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "sim/compare/comparison.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

/// Whole numbers as such: cycles and bytes stay far below 2^53.
Json number(double value) {
  return value == std::floor(value) && std::abs(value) < 0x1p53 ? Json(static_cast<std::int64_t>(value))
                                                                : Json(value);
}

Json contribution(const char* name, const Contribution& row) {
  return {{name, row.name}, {"a", number(row.a)}, {"b", number(row.b)}, {"delta", number(row.delta())}};
}

Json side(const RunComparison::Side& side) {
  return {{"name", side.name}, {"soc", side.soc}, {"sentences", side.sentences}};
}

Json differences(const std::vector<Difference>& rows, bool origins) {
  Json json = Json::array();
  const auto value = [origins](const ComparedValue& each) {
    return origins ? Json{{"value", each.value}, {"origin", each.origin}} : Json(each.value);
  };
  for (const Difference& row : rows)
    json.push_back({{origins ? "key" : "what", row.key}, {"a", value(row.a)}, {"b", value(row.b)}});
  return json;
}

Json answers(const std::vector<DifferentAnswer>& rows) {
  Json json = Json::array();
  const auto answer = [](const Answer& each) {
    return Json{{"prediction", each.prediction}, {"exit_layer", each.exit_layer}};
  };
  for (const DifferentAnswer& row : rows)
    json.push_back({{"index", row.index}, {"text", row.text}, {"a", answer(row.a)}, {"b", answer(row.b)}});
  return json;
}

}  // namespace

Json object_of(const RunComparison& comparison) {
  Json totals = Json::array();
  for (const Contribution& row : comparison.totals) totals.push_back(contribution("quantity", row));
  Json breakdowns = Json::array();
  for (const Breakdown& breakdown : comparison.breakdowns) {
    Json rows = Json::array();
    for (const Contribution& row : breakdown.rows) rows.push_back(contribution("name", row));
    breakdowns.push_back({{"quantity", breakdown.quantity},
                          {"by", breakdown.by},
                          {"unit", breakdown.unit},
                          {"total", contribution("name", breakdown.total)},
                          {"rows", std::move(rows)}});
  }
  return {{"schema", comparison_schema},
          {"version", program_version},
          {"a", side(comparison.a)},
          {"b", side(comparison.b)},
          {"same_sentences", comparison.same_sentences},
          {"answers", answers(comparison.answers)},
          {"inputs", differences(comparison.inputs, false)},
          {"configuration", differences(comparison.configuration, true)},
          {"totals", std::move(totals)},
          {"breakdowns", std::move(breakdowns)},
          {"notes", comparison.notes}};
}

}  // namespace edgebert::sim
