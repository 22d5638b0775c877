// SPDX-License-Identifier: Apache-2.0
// Latency, energy and area of one sentence over the vector size n.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/run_inputs.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array lanes = {2u, 4u, 8u, 16u, 32u, 64u};
constexpr double milli = 1e-3;

struct Point {
  std::uint32_t n;
  double milliseconds;
  double soc_millijoules;
  double accelerator_millijoules;
  double square_millimetres;
  double accelerator_square_millimetres;
};

double accelerator_joules(const Json& energy) {
  double sum = 0;
  for (const char* domain : {"accelerator", "accelerator_buffers", "clock_generator"}) {
    const Json& joules = energy["by_domain"][domain];
    sum += joules["dynamic_joules"].get<double>() + joules["leakage_joules"].get<double>();
  }
  return sum;
}

Point point_of(std::uint32_t n, const Json& report) {
  const Json& totals = report["totals"];
  const Json& area = report["energy"]["area_mm2"];
  return {n,
          totals["simulated_seconds"].get<double>() / milli,
          totals["energy_joules"].get<double>() / milli,
          accelerator_joules(totals["energy"]) / milli,
          area["total"].get<double>(),
          area["multipliers"].get<double>() + area["buffers"].get<double>() +
              area["accelerator_rest"].get<double>()};
}

StudyTable sweep_table(const std::string& model, const std::vector<Point>& points) {
  StudyTable table{fmt::format("{}, one sentence, all layers", model), {}, {}};
  for (const Point& point : points) {
    const std::string n = fmt::format("n = {}", point.n);
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.rows.push_back({quantity, n, value, unit, {}, ""});
    };
    add("latency", point.milliseconds, "ms");
    add("accelerator", point.accelerator_millijoules, "mJ");
    add("SoC", point.soc_millijoules, "mJ");
    add("SoC x latency", point.soc_millijoules * point.milliseconds, "uJ s");
    add("accelerator", point.accelerator_square_millimetres, "mm2");
  }
  return table;
}

}  // namespace

std::vector<StudyTable> vmac_study(StudyRuns& runs) {
  const auto models = runs.make({{"base", {"--embedding-sparsity=0.6"}, {}}});
  std::vector<SentenceRun> sentences;
  for (const std::uint32_t n : lanes)
    sentences.push_back({fmt::format("base-n={}", n), models[0], {fmt::format("pu.vmac_lanes={}", n)}});
  const std::vector<Json> reports = runs.run(sentences);
  std::vector<Point> points;
  for (std::size_t i = 0; i < lanes.size(); ++i) points.push_back(point_of(lanes[i], reports[i]));
  return {sweep_table(runs.quick() ? "small network" : "ALBERT-base", points)};
}

}  // namespace edgebert::sim
