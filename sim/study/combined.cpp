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

Line whole_line(const std::string& name, const SentenceFigures& figures, const ModelImage& image) {
  return {name, effective_macs(figures, figures.layers), stored_bytes(image), figures.whole()};
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
            "zeros save energy, not cycles: a multiplier with an operand that is 0 is gated");
  table.add("model", "best task", best, "", abstract(13.4, v1),
            "QQP; with 1.73 MB of embeddings (recalled) and without the weights of heads that are off, which "
            "stay "
            "stored here, arithmetic gives 13.3");
  table.add("energy", "SST-2, all, top clock: accelerator", accelerator(baseline) / accelerator(ours), "",
            abstract(5.2, v1_energy), "of one task, ours; which task and margin theirs is, is not known");
  table.add("energy", "SST-2, all, paced: accelerator", accelerator(baseline) / accelerator(paced), "",
            abstract(7, v5), "the clock's voltages below 0.8 V are assumed (configs/vf/edgebert-12nm.yaml)");
  table.add("energy", "SST-2, all, paced: SoC", soc(baseline) / soc(paced), "", abstract(7, v5),
            "memories, bus and core keep their voltage");
  table.add("energy", "SST-2, paced against early exit", accelerator(ours) / accelerator(paced), "",
            abstract(2.5, v5_exit), "0.5 V against 0.8 V is at most (0.8 / 0.5)^2 = 2.56 in dynamic energy");
  return table;
}

StudyTable task_table(const Line& baseline, const std::vector<Line>& spans, const std::vector<Line>& all) {
  StudyTable table{"The tasks, with spans and sparsities of the paper's tables (recalled)", {}, {}};
  for (std::size_t i = 0; i < std::size(paper_tasks); ++i) {
    const Task& task = paper_tasks[i];
    table.add("computing, spans alone", task.name, baseline.macs / spans[i].macs, "times less",
              {task.computing_saved, Provenance::recalled, "EdgeBERT, MICRO 2021, table 1"},
              "MACs; ours has off-ramps, and gated MACs of the dense model apart");
  }
  const Published none{};
  for (const Line& line : all) {
    table.add("model", line.name, line.bytes / mega, "MB", none, "");
    table.add("latency", line.name, line.cost.seconds / milli, "ms", none, "");
    table.rows.push_back(
        {"energy, accelerator", line.name, line.cost.accelerator_joules / milli, "mJ", none, ""});
  }
  table.notes = {
      "SST-2 and MNLI: average exit layers of the authors' logs with their tables, lai at 0.16 and "
      "0.40 nat; QQP and QNLI: no log at hand, all layers",
      "QQP's and QNLI's joules of the paper: not available"};
  return table;
}

}  // namespace

std::vector<StudyTable> combined_study(StudyRuns& runs) {
  std::vector<RandomModel> recipes = {
      {"dense", {}, {}},
      {"embeddings", {fmt::format("--embedding-sparsity={}", embedding_sparsity)}, {}},
      {"pruned", {encoder_argument(sst2.encoder_sparsity)}, {}}};
  for (const Task& task : paper_tasks)
    recipes.push_back({fmt::format("{}-spans", task.name), span_arguments(task), {}});
  for (const Task& task : paper_tasks) recipes.push_back(optimised_model(task));
  const auto images = runs.make(recipes);
  std::vector<SentenceRun> sentences;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const bool packed = std::ranges::any_of(recipes[i].arguments, [](const std::string& argument) {
      return argument.starts_with("--embedding-sparsity");
    });
    sentences.push_back(
        {recipes[i].name, images[i],
         packed ? std::vector<std::string>{} : std::vector<std::string>{"embedding.store=dram"}});
  }
  const auto reports = runs.run(sentences);
  std::vector<SentenceFigures> figures;
  std::vector<ModelImage> models;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    figures.push_back(figures_of(reports[i]));
    models.push_back(ModelImage::read(images[i]));
  }
  const auto line = [&](const std::string& name, std::size_t i) {
    return whole_line(name, figures[i], models[i]);
  };
  const auto leaving = [](Line line, const SentenceFigures& of, double layer) {
    line.macs = effective_macs(of, layer);
    line.cost = of.at(layer);
    return line;
  };

  constexpr std::size_t first_spans = 3;
  constexpr std::size_t first_all = first_spans + std::size(paper_tasks);
  constexpr std::size_t sst2_index = 2;
  const double exit_layer = *average_exit_layer(sst2);
  const SentenceFigures& all = figures[first_all + sst2_index];
  const Line dense = line("AdaptivFloat, 8 bits", 0);
  Line baseline = dense;
  baseline.name = "baseline: float32 stored";
  baseline.bytes = float_bytes(models[0]);
  const Line full = line("all but early exit", first_all + sst2_index);
  Line together = leaving(full, all, exit_layer);
  together.name = "all, top clock";
  const Paced slow = pace(runs, images[first_all + sst2_index], all, exit_layer);
  Line paced = together;
  paced.name = fmt::format("all, {:.0f} MHz from layer 2", slow.hertz / mega);
  paced.cost = slow.sentence;
  Line early = leaving(dense, figures[0], exit_layer);
  early.name = fmt::format("8 bits, early exit at {:.2f}", exit_layer);
  StudyTable table = summary(
      {baseline, dense, line("8 bits, embeddings 60 % zeros", 1), line("8 bits, encoder 50 % zeros", 2),
       line("8 bits, SST-2's spans", first_spans + sst2_index), early, full, together, paced});
  table.notes = {
      "the accelerator has no float32: the baseline's latency and energy are those of 8 bits, its bytes are "
      "float32's; off-ramps are not counted, the baseline needs none",
      "latency and energy of an average sentence: embedding and so many mean layers; exits by the logs of "
      "the "
      "authors' ALBERT-base, lai with their table at 0.16 nat; weights random, in the real geometry",
      fmt::format("energy of the layers of one sentence differs by up to {:.1f} % (gated MACs)",
                  100 * all.energy_spread),
      "paced: one clock for the average exit layer, deadline 50 ms, no lower than the V/f table goes; time "
      "up "
      "to the deadline is not counted"};

  std::vector<Line> spans;
  std::vector<Line> tasks;
  double best = 0;
  for (std::size_t i = 0; i < std::size(paper_tasks); ++i) {
    spans.push_back(line(paper_tasks[i].name, first_spans + i));
    const std::optional<double> layer = average_exit_layer(paper_tasks[i]);
    tasks.push_back(line(paper_tasks[i].name, first_all + i));
    if (layer) {
      tasks.back() = leaving(tasks.back(), figures[first_all + i], *layer);
      tasks.back().name += fmt::format(", exit at {:.2f}", *layer);
    }
    best = std::max(best, baseline.bytes / tasks.back().bytes);
  }
  return {table, claims(baseline, together, paced, full, best), task_table(baseline, spans, tasks)};
}

}  // namespace edgebert::sim
