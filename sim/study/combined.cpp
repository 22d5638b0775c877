// SPDX-License-Identifier: Apache-2.0
// Each optimisation alone and all together against dense ALBERT-base: computing, bytes of the model, latency,
// energy.
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "contract/model_image.hpp"
#include "sim/study/optimised.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

constexpr double milli = 1e-3;
constexpr double mega = 1e6;
constexpr double bytes_of_float = 4;

/// Bytes of the model, off-ramps apart: the baseline has none.
double stored_bytes(const ModelImage& image) {
  double bytes = 0;
  for (const Placement& placement : image.placements()) {
    if (!placement.tensor.starts_with("off_ramp"))
      bytes += static_cast<double>(image.container().at(placement.tensor).bytes.size());
  }
  return bytes;
}

/// The same model's parameters as float32.
double float_bytes(const ModelImage& image) {
  const ModelDescriptor& model = image.descriptor();
  const double hidden = model.hidden;
  const double ffn = model.intermediate;
  const double embedding = model.embedding;
  const double tables = (model.vocabulary + model.sequence + 2.0) * embedding + 2 * embedding;
  const double encoder = 4 * (hidden * hidden + hidden) + 2 * hidden * ffn + ffn + hidden + 4 * hidden;
  return bytes_of_float * (tables + (embedding + 1) * hidden + encoder);
}

/// One line of the summary.
struct Line {
  std::string name;
  double macs;  ///< with two operands that are not 0
  double bytes;
  Cost cost;
};

double effective_macs(const SentenceFigures& figures, double exit_layer) {
  return static_cast<double>(figures.macs - figures.gated_macs) * exit_layer / figures.layers;
}

StudyTable summary(const std::vector<Line>& lines) {
  StudyTable table{"A sentence of 128 tokens; each optimisation alone, then together", {}, {}};
  for (const Line& line : lines) {
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, line.name, value, unit);
    };
    add("MACs, not 0", line.macs / 1e9, "G");
    add("model", line.bytes / mega, "MB");
    add("latency", line.cost.seconds / milli, "ms");
    add("accelerator", line.cost.accelerator_joules / milli, "mJ");
    add("SoC", line.cost.soc_joules / milli, "mJ");
  }
  return table;
}

Published abstract(double value, const char* which) {
  return {value, Provenance::seen, which};
}

/// How many times less than the baseline.
StudyTable claims(const Line& baseline, const Line& ours, const Line& paced, const Line& full, double best) {
  const auto accelerator = [](const Line& line) { return line.cost.accelerator_joules; };
  const auto soc = [](const Line& line) { return line.cost.soc_joules; };
  const char* v1 = "abstract v1, up to, against the ALBERT baseline";
  const char* v1_energy = "abstract v1, up to, against the un-optimised accelerator";
  const char* v5 = "abstract v5, up to, against inference without early stopping";
  const char* v5_exit = "abstract v5, up to, against early exit without a deadline";
  StudyTable table{"How many times less", {}, {}};
  table.add(
      "latency", "SST-2, all, top clock", baseline.cost.seconds / ours.cost.seconds, "", abstract(2.4, v1),
      "SST-2 leaves early (layer 3.90 of 12 by the logs); without exits the rest alone gives the next row");
  table.add("latency", "SST-2, all but early exit", baseline.cost.seconds / full.cost.seconds, "",
            abstract(2.4, v1),
            "zeros save transfers and energy, but their products keep their cycles: gated, not skipped");
  table.add(
      "model", "best task", best, "", abstract(13.4, v1),
      "QQP; with 1.73 MB of embeddings (recalled) and without the weights of heads that are off, which stay "
      "stored here, it is 12.6");
  table.add("energy", "SST-2, all, top clock: accelerator", accelerator(baseline) / accelerator(ours), "",
            abstract(5.2, v1_energy), "of one task, ours; which task and margin theirs is, is not known");
  table.add("energy", "SST-2, all, paced: accelerator", accelerator(baseline) / accelerator(paced), "",
            abstract(7, v5), "the clock's voltages below 0.8 V are assumed (configs/vf/edgebert-12nm.yaml)");
  table.add("energy", "SST-2, all, paced: SoC", soc(baseline) / soc(paced), "", abstract(7, v5),
            "memories, bus and core keep their voltage, and run and leak longer: slower costs the SoC more");
  table.add("energy", "SST-2, paced against early exit", accelerator(ours) / accelerator(paced), "",
            abstract(2.5, v5_exit),
            "0.5 V against 0.8 V is at most (0.8 / 0.5)^2 = 2.56 of dynamic energy; the first layer runs at "
            "the top, "
            "and leakage and clock generator run longer");
  return table;
}

StudyTable task_table(const std::vector<Line>& lines) {
  StudyTable table = summary(lines);
  table.title = "The tasks, everything on, top clock; spans and sparsities of the paper's tables (recalled)";
  table.notes = {
      "SST-2 and MNLI: average exit layers of the authors' logs with their tables, lai at 0.16 and 0.40 "
      "nat; QQP and QNLI: their tables are at hand, their entropies are not, so all layers",
      "the paper's joules of each task: not available"};
  return table;
}

/// Every model and what its sentence took.
struct Measured {
  std::vector<std::filesystem::path> images;
  std::vector<ModelImage> models;
  std::vector<SentenceFigures> figures;

  Line line(const std::string& name, std::size_t i) const {
    return {name, effective_macs(figures[i], figures[i].layers), stored_bytes(models[i]), figures[i].whole()};
  }
  /// A sentence that leaves behind so many layers.
  Line leaving(const std::string& name, std::size_t i, double layer) const {
    return {name, effective_macs(figures[i], layer), stored_bytes(models[i]), figures[i].at(layer)};
  }
};

constexpr std::size_t dense = 0;
constexpr std::size_t sparse_embeddings = 1;
constexpr std::size_t pruned = 2;
constexpr std::size_t first_spans = 3;
constexpr std::size_t first_optimised = first_spans + std::size(paper_tasks);
constexpr std::size_t sst2_place = &sst2 - paper_tasks;

std::vector<RandomModel> recipes() {
  std::vector<RandomModel> models = {
      {"dense", {}, {}},
      {"embeddings", {fmt::format("--embedding-sparsity={}", embedding_sparsity)}, {}},
      {"pruned", {encoder_argument(sst2.encoder_sparsity)}, {}}};
  for (const Task& task : paper_tasks)
    models.push_back({fmt::format("{}-spans", task.name), span_arguments(task), {}});
  for (const Task& task : paper_tasks) models.push_back(optimised_model(task));
  return models;
}

/// Dense embeddings do not fit the eNVM.
std::vector<std::string> store_of(std::size_t model) {
  if (model == sparse_embeddings || model >= first_optimised) return {};
  return {"embedding.store=dram"};
}

Measured measure(StudyRuns& runs) {
  const std::vector<RandomModel> models = recipes();
  Measured measured{runs.make(models), {}, {}};
  std::vector<SentenceRun> sentences;
  for (std::size_t i = 0; i < models.size(); ++i)
    sentences.push_back({models[i].name, measured.images[i], store_of(i)});
  for (const auto& report : runs.run(sentences)) measured.figures.push_back(figures_of(report));
  for (const auto& image : measured.images) measured.models.push_back(ModelImage::read(image));
  return measured;
}

/// What heads that are off and keys out of span leave of the computing.
StudyTable span_table(const std::vector<SentenceFigures>& figures) {
  StudyTable table{"Computing with spans alone, times less", {}, {}};
  for (std::size_t i = 0; i < std::size(paper_tasks); ++i) {
    const Task& task = paper_tasks[i];
    table.add(
        "MACs", task.name,
        static_cast<double>(figures[dense].macs) / static_cast<double>(figures[first_spans + i].macs), "",
        {task.computing_saved, Provenance::recalled, "EdgeBERT, MICRO 2021, table 1"},
        "arithmetic on heads off alone: 1.22 with eight, 1.19 with seven; ours skips keys out of span, too");
  }
  return table;
}

std::vector<Line> task_lines(const Measured& measured) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < std::size(paper_tasks); ++i) {
    const Task& task = paper_tasks[i];
    const std::optional<double> layer = average_exit_layer(task);
    lines.push_back(layer ? measured.leaving(fmt::format("{}, exit at {:.2f}", task.name, *layer),
                                             first_optimised + i, *layer)
                          : measured.line(task.name, first_optimised + i));
  }
  return lines;
}

}  // namespace

std::vector<StudyTable> combined_study(StudyRuns& runs) {
  constexpr std::size_t all = first_optimised + sst2_place;
  const Measured measured = measure(runs);
  const double exit_layer = *average_exit_layer(sst2);
  Line baseline = measured.line("baseline: float32 stored", dense);
  baseline.bytes = float_bytes(measured.models[dense]);
  const Line full = measured.line("all but early exit", all);
  const Line together = measured.leaving("all, top clock", all, exit_layer);
  const Paced slow = pace(runs, measured.images[all], measured.figures[all], exit_layer);
  Line paced = together;
  paced.name = fmt::format("all, {:.0f} MHz from layer 2", slow.hertz / mega);
  paced.cost = slow.sentence;
  StudyTable savings =
      summary({baseline, measured.line("AdaptivFloat, 8 bits", dense),
               measured.line("8 bits, embeddings 60 % zeros", sparse_embeddings),
               measured.line("8 bits, encoder 50 % zeros", pruned),
               measured.line("8 bits, SST-2's spans", first_spans + sst2_place),
               measured.leaving(fmt::format("8 bits, early exit at {:.2f}", exit_layer), dense, exit_layer),
               full, together, paced});
  savings.notes = {
      "the accelerator has no float32: the baseline's latency and energy are those of 8 bits, its bytes are "
      "float32's; off-ramps are not counted, the baseline needs none",
      "latency and energy of an average sentence: embedding and so many mean layers; exits by the logs of "
      "the authors' ALBERT-base, lai with their table at 0.16 nat; weights random, in the real geometry",
      fmt::format("energy of the layers of one sentence differs by up to {:.2g} % (gated MACs)",
                  100 * measured.figures[all].energy_spread),
      "paced: one clock for the average exit layer, deadline 50 ms, no lower than the V/f table goes; time "
      "up "
      "to the deadline is not counted"};
  const std::vector<Line> tasks = task_lines(measured);
  const double least_bytes = std::ranges::min_element(tasks, {}, &Line::bytes)->bytes;
  return {savings, claims(baseline, together, paced, full, baseline.bytes / least_bytes),
          span_table(measured.figures), task_table(tasks)};
}

}  // namespace edgebert::sim
