// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/campaign.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "platform/config/text.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* seed_key = "faults.seed";

std::optional<std::size_t> seed_axis(const SweepReport& report) {
  for (std::size_t i = 0; i < report.axes.size(); ++i) {
    if (report.axes[i].key->path == seed_key) return i;
  }
  return std::nullopt;
}

/// Sums and extremes of what the trials answered.
class Gathered {
 public:
  void add(const Json& value) {
    if (value.is_number()) values_.push_back(value.get<double>());
  }
  std::optional<Statistics> statistics() const {
    if (values_.empty()) return std::nullopt;
    double sum = 0;
    for (const double value : values_) sum += value;
    const auto [least, most] = std::ranges::minmax(values_);
    return Statistics{sum / static_cast<double>(values_.size()), least, most};
  }

 private:
  std::vector<double> values_;
};

struct Trials {
  Campaign campaign;
  Gathered accuracy;
  Gathered wrong_bits;
};

void take(Trials& trials, const SweepRow& row) {
  ++trials.campaign.trials;
  if (!row.result) {
    ++trials.campaign.failed;
    return;
  }
  trials.accuracy.add(row.result->totals.value("accuracy", Json()));
  const Json faults = row.result->totals.value("faults", Json());
  const Json wrong = faults.is_object() ? faults.value("wrong_bits", Json()) : Json(0);
  trials.wrong_bits.add(wrong);
  if (wrong == 0) ++trials.campaign.unharmed;
}

std::string percentages(const std::optional<Statistics>& accuracy) {
  if (!accuracy) return fmt::format("{:>10}{:>10}{:>10}", "", "", "");
  return fmt::format("{:>8.2f} %{:>8.2f} %{:>8.2f} %", 100 * accuracy->mean, 100 * accuracy->minimum,
                     100 * accuracy->maximum);
}

}  // namespace

std::vector<const Axis*> campaign_axes(const SweepReport& report) {
  std::vector<const Axis*> axes;
  for (const Axis& axis : report.axes) {
    if (axis.key->path != seed_key) axes.push_back(&axis);
  }
  return axes;
}

std::vector<Campaign> campaigns_of(const SweepReport& report) {
  const std::optional<std::size_t> seed = seed_axis(report);
  if (!seed) return {};
  std::vector<Trials> all;
  std::map<std::vector<std::string>, std::size_t> known;
  for (const SweepRow& row : report.rows) {
    std::vector<PointValue> values = row.point->values;
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(*seed));
    std::vector<std::string> name;
    for (const PointValue& value : values) name.push_back(value.canonical);
    const auto [found, is_new] = known.emplace(name, all.size());
    if (is_new) all.emplace_back().campaign.values = std::move(values);
    take(all[found->second], row);
  }
  std::vector<Campaign> campaigns;
  for (Trials& trials : all) {
    trials.campaign.accuracy = trials.accuracy.statistics();
    trials.campaign.wrong_bits = trials.wrong_bits.statistics();
    campaigns.push_back(std::move(trials.campaign));
  }
  return campaigns;
}

std::string campaigns_text(const SweepReport& report, const Style& style) {
  std::string text;
  for (const Campaign& campaign : campaigns_of(report)) {
    if (text.empty()) {
      const std::string head = fmt::format("{:>8}{:>8}{:>10}{:>16}{:>10}{:>10}{:>10}  {}", "trials", "failed",
                                           "unharmed", "wrong bits", "accuracy", "least", "most", "campaign");
      text = fmt::format("\n{}\n", dim(head, style));
    }
    std::vector<std::string> name;
    for (const PointValue& value : campaign.values) name.push_back(printable(value.shown));
    const std::string bits = campaign.wrong_bits ? fmt::format("{:.2f}", campaign.wrong_bits->mean) : "";
    text += fmt::format("{:>8}{:>8}{:>10}{:>16}{}  {}\n", campaign.trials, campaign.failed, campaign.unharmed,
                        bits, percentages(campaign.accuracy), fmt::join(name, ", "));
  }
  return text;
}

}  // namespace edgebert::sim
