// SPDX-License-Identifier: Apache-2.0
#include "sim/study/optimised.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "contract/model_image.hpp"
#include "golden/exit_rules.hpp"
#include "sim/entropy_log.hpp"
#include "sim/exit_table.hpp"

namespace edgebert::sim {
namespace {

constexpr std::uint32_t recorded_layers = 12;
constexpr double clock_step = 25e6;

/// What was recorded of a task.
struct Record {
  const char* task;
  const char* entropies;
  const char* table;
  std::uint32_t classes;
  std::uint32_t predict_layer;
  double threshold;  ///< nats
};

constexpr Record records[] = {
    {"SST-2", "sst2_dev_12layer_entropy.txt", "lut_sst2.csv", 2, 1, 0.16},
    {"MNLI", "mnli_dev_12layer_entropy.txt", "lut_mnli_layer3.csv", 3, 3, 0.40},
};

double average_exit_layer(const Record& record) {
  const auto file = [](const char* name) { return StudyRuns::file(fmt::format("entropy_logs/{}", name)); };
  const auto log = read_entropy_log(file(record.entropies), recorded_layers, record.classes);
  const auto table = golden_table(read_exit_table(file(record.table), record.predict_layer, recorded_layers));
  double sum = 0;
  for (const auto& entropies : log) {
    sum += golden::exit_decision(mailbox::ExitPolicy::lai, entropies, entropy_word(record.threshold),
                                 record.predict_layer, table)
               .exit_layer;
  }
  return sum / static_cast<double>(log.size());
}

}  // namespace

std::vector<std::string> span_arguments(const Task& task) {
  return {fmt::format("--spans={}", task.spans), "--span-form=in_span"};
}

std::string encoder_argument(double sparsity) {
  return fmt::format("--encoder-sparsity={}", sparsity);
}

RandomModel optimised_model(const Task& task) {
  RandomModel model{task.name, span_arguments(task), {}};
  model.arguments.push_back(encoder_argument(task.encoder_sparsity));
  model.arguments.push_back(fmt::format("--embedding-sparsity={}", embedding_sparsity));
  return model;
}

std::optional<double> average_exit_layer(const Task& task) {
  const auto found = std::ranges::find(records, std::string_view(task.name), &Record::task);
  if (found == std::end(records)) return std::nullopt;
  return average_exit_layer(*found);
}

Paced pace(StudyRuns& runs, const std::filesystem::path& model, const SentenceFigures& figures,
           double exit_layer) {
  const SocConfig soc = runs.soc();
  const double top = soc.clocks.accelerator_hz;
  const double rest = exit_layer - 1;
  const double left = deadline_seconds - figures.at(1).seconds;
  const double needed = left > 0 ? rest * figures.layer.seconds * top / left : top;
  const double slowest = dvfs::VfCurve(soc.dvfs.points).slowest().kilohertz * 1e3;
  const double hertz = std::min(top, std::max(slowest, std::ceil(needed / clock_step) * clock_step));
  const auto slow = runs.run(std::vector<SentenceRun>{
      {fmt::format("{}-paced", model.stem().string()),
       model,
       {fmt::format("clocks.accelerator={}Hz", static_cast<std::uint64_t>(hertz))}}});
  return {figures.at(1) + figures_of(slow[0]).layer * rest, hertz};
}

ModelSize size_of(const std::filesystem::path& image) {
  const ModelDescriptor model = ModelImage::read(image).descriptor();
  const double hidden = model.hidden;
  return {model.layers, 4 * hidden * hidden + 2 * hidden * model.intermediate};
}

Optimised optimised_sentence(StudyRuns& runs) {
  const auto models = runs.make({{"dense", {}, {}}, optimised_model(sst2)});
  const auto reports = runs.run(
      std::vector<SentenceRun>{{"dense", models[0], {"embedding.store=dram"}}, {"optimised", models[1], {}}});
  const SentenceFigures sparse = figures_of(reports[1]);
  const double exit_layer = *average_exit_layer(sst2);
  return {figures_of(reports[0]), sparse, exit_layer, pace(runs, models[1], sparse, exit_layer),
          size_of(models[0])};
}

}  // namespace edgebert::sim
