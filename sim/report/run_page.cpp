// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/report/parts.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

/// Members that only the view of a single sentence needs.
constexpr const char* details[] = {"units", "operators", "points"};

/// Logit of the predicted class above that of the best other one.
double margin(const Json& sentence) {
  const auto logits = sentence.at("logits").get<std::vector<double>>();
  const auto predicted = sentence.at("prediction").get<std::size_t>();
  double other = -HUGE_VAL;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (i != predicted) other = std::max(other, logits[i]);
  }
  return predicted < logits.size() ? logits[predicted] - other : 0;
}

bool is_mistake(const Json& sentence) {
  return !sentence.at("label").is_null() && sentence.at("label") != sentence.at("prediction");
}

double joules_of(const Json& sentence) {
  const Json& energy = sentence.at("energy");
  return energy.is_null() ? 0 : energy.at("total_joules").get<double>();
}

class Picks {
 public:
  explicit Picks(const Json& sentences) : sentences_(sentences) {}

  /// The sentence with the largest measure, the first of equals, of those that count.
  void pick(
      const char* why, const std::function<double(const Json&)>& measure,
      const std::function<bool(const Json&)>& counts = [](const Json&) { return true; }) {
    const Json* best = nullptr;
    for (const Json& sentence : sentences_) {
      if (counts(sentence) && (best == nullptr || measure(sentence) > measure(*best))) best = &sentence;
    }
    if (best == nullptr) return;
    const Json& index = best->at("index");
    const auto there = std::ranges::find(picks_, index, [](const Json& pick) { return pick.at("index"); });
    if (there == picks_.end()) {
      picks_.push_back({{"index", index}, {"why", Json::array({why})}});
    } else {
      (*there)["why"].push_back(why);
    }
  }
  bool has(const Json& index) const {
    return std::ranges::any_of(picks_, [&](const Json& pick) { return pick.at("index") == index; });
  }
  const Json& json() const { return picks_; }

 private:
  const Json& sentences_;
  Json picks_ = Json::array();
};

Picks picks_of(const Json& sentences) {
  const auto cycles = [](const Json& sentence) { return sentence.at("cycles").get<double>(); };
  Picks picks(sentences);
  picks.pick("the first", [](const Json& sentence) { return -sentence.at("index").get<double>(); });
  picks.pick("fewest cycles", [&](const Json& sentence) { return -cycles(sentence); });
  picks.pick("most cycles", cycles);
  picks.pick("least energy", [](const Json& sentence) { return -joules_of(sentence); });
  picks.pick("most energy", joules_of);
  picks.pick("closest call", [](const Json& sentence) { return -margin(sentence); });
  picks.pick("surest mistake", margin, is_mistake);
  picks.pick(
      "closest mistake", [](const Json& sentence) { return -margin(sentence); }, is_mistake);
  return picks;
}

}  // namespace

Json run_part(const ReportInput& input) {
  Json part = {{"kind", "run"}, {"name", input.name}, {"report", input.json}, {"picks", Json::array()}};
  Json& sentences = part["report"]["sentences"];
  if (sentences.size() <= most_detailed_sentences) return part;
  const Picks picks = picks_of(input.json.at("sentences"));
  part["picks"] = picks.json();
  for (Json& sentence : sentences) {
    if (picks.has(sentence.at("index"))) continue;
    for (const char* name : details) sentence.erase(name);
    Json& energy = sentence.at("energy");
    if (energy.is_object()) energy = {{"total_joules", energy.at("total_joules")}};
  }
  return part;
}

}  // namespace edgebert::sim
