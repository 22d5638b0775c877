// SPDX-License-Identifier: Apache-2.0
// Latency, energy and area of one sentence over the vector size n.
#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>

#include "ip/pu/product_cost.hpp"
#include "sim/study/optimised.hpp"
#include "sim/study/published.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array lanes = {2u, 4u, 8u, 16u, 32u, 64u};
constexpr double milli = 1e-3;

/// Timing constants at these n come from a line through the others.
constexpr const char* extrapolated_note = "*: extrapolated, there are no published cycles at this n";

std::string label_of(std::uint32_t n) {
  return fmt::format("n = {}{}", n, product::has_published_reference(n) ? "" : "*");
}

struct Point {
  std::uint32_t n;
  SentenceFigures figures;
  double accelerator_mm2;

  double milliseconds() const { return figures.whole().seconds / milli; }
  double accelerator() const { return figures.whole().accelerator_joules / milli; }
  double soc() const { return figures.whole().soc_joules / milli; }
};

Point point_of(std::uint32_t n, const Json& report) {
  const Json& area = report["energy"]["area_mm2"];
  return {n, figures_of(report),
          area["multipliers"].get<double>() + area["buffers"].get<double>() +
              area["accelerator_rest"].get<double>()};
}

StudyTable sweep_table(const char* model, const std::vector<Point>& points) {
  StudyTable table{fmt::format("{}, one sentence, all layers", model), {}, {}};
  for (const Point& point : points) {
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, label_of(point.n), value, unit);
    };
    add("latency", point.milliseconds(), "ms");
    add("energy", point.accelerator(), "mJ");
    add("SoC energy", point.soc(), "mJ");
    add("energy-delay", point.accelerator() * point.milliseconds(), "uJ s");
    add("SoC energy-delay", point.soc() * point.milliseconds(), "uJ s");
    add("area", point.accelerator_mm2, "mm2");
  }
  table.notes.emplace_back(extrapolated_note);
  table.notes.emplace_back(
      "energy, energy-delay and area: the accelerator with its buffers and clock generator; SoC: with core, "
      "bus and memories");
  return table;
}

double best_n(const std::vector<Point>& points, const std::function<double(const Point&)>& cost) {
  return std::ranges::min_element(points, {}, cost)->n;
}

StudyTable optimum_table(const char* model, const std::vector<Point>& points) {
  StudyTable table{fmt::format("{}: the best n", model),
                   {},
                   {"published energy, latency, area and power for each n: not available"}};
  const Published sixteen = published_best_lanes.published();
  const char* why =
      "below it clock and leakage run longer, above it the multipliers' clock waits for memory; how energy "
      "splits over n is assumed (docs/energy.md)";
  const auto accelerator = [](const Point& point) { return point.accelerator(); };
  const auto soc = [](const Point& point) { return point.soc(); };
  table.add("best n", "accelerator's energy", best_n(points, accelerator), "", sixteen, why);
  table.add("best n", "SoC's energy", best_n(points, soc), "", sixteen, why);
  const auto delay = [](const auto& energy) {
    return [energy](const Point& point) { return energy(point) * point.milliseconds(); };
  };
  table.add("best n", "accelerator's energy x latency", best_n(points, delay(accelerator)), "");
  table.add("best n", "SoC's energy x latency", best_n(points, delay(soc)), "");
  table.add(
      "best n", "accelerator's energy x latency x area",
      best_n(points, [&](const Point& point) { return delay(accelerator)(point) * point.accelerator_mm2; }),
      "");
  return table;
}

/// Beside what is known of single n.
StudyTable known_table(const std::vector<Point>& points, double clock_hz) {
  StudyTable table{"ALBERT-base beside what is known", {}, {extrapolated_note}};
  for (const Point& point : points) {
    const double bound = static_cast<double>(point.figures.macs) / (point.n * point.n) / clock_hz / milli;
    table.add("latency", label_of(point.n), point.milliseconds(), "ms",
              {bound, Provenance::derived, "MACs / n^2 / clock"},
              "the bound has neither special functions nor memory, which limit from n = 32 on");
  }
  const Point& paper = *std::ranges::find(points, published_power.n, &Point::n);
  table.add("power, accelerator", "n = 16", paper.accelerator() / paper.milliseconds() / milli, "mW",
            published_power.published(),
            "the table is split so that all MACs at work take 85.9 mW: no evidence; here they wait half of "
            "the time");
  table.add("area, accelerator", "n = 16", paper.accelerator_mm2, "mm2", published_area.published(),
            "the area table's remainder is taken from it: no evidence");
  return table;
}

}  // namespace

std::vector<StudyTable> vmac_study(StudyRuns& runs) {
  const auto models = runs.make({{"base", {fmt::format("--embedding-sparsity={}", embedding_sparsity)}, {}}});
  const auto points_of = [&](const char* name, const std::filesystem::path& model) {
    std::vector<SentenceRun> sentences;
    for (const std::uint32_t n : lanes)
      sentences.push_back({fmt::format("{}-n={}", name, n), model, {fmt::format("pu.vmac_lanes={}", n)}});
    const std::vector<Json> reports = runs.run(sentences);
    std::vector<Point> points;
    for (std::size_t i = 0; i < lanes.size(); ++i) points.push_back(point_of(lanes[i], reports[i]));
    return points;
  };
  const std::vector<Point> base = points_of("base", models[0]);
  const std::vector<Point> small = points_of("sst2-small", runs.shipped_model());
  const char* name = runs.quick() ? "Small random network" : "ALBERT-base";
  std::vector<StudyTable> tables = {sweep_table(name, base), optimum_table(name, base)};
  if (!runs.quick()) tables.push_back(known_table(base, runs.soc().clocks.accelerator_hz));
  tables.push_back(sweep_table("sst2-small", small));
  tables.push_back(optimum_table("sst2-small", small));
  return tables;
}

}  // namespace edgebert::sim
