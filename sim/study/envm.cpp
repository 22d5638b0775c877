// SPDX-License-Identifier: Apache-2.0
// The embeddings in ReRAM against LPDDR4 and a copy to SRAM at power-up; cells of one to three bits: area,
// read errors, what the errors do to the shipped model's accuracy.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "contract/model_image.hpp"
#include "ip/envm/power_up.hpp"
#include "platform/envm_contents.hpp"
#include "sim/run_inputs.hpp"
#include "sim/study/sentence_figures.hpp"
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;
using reram::CellKind;

constexpr double nano = 1e-9;
constexpr double milli = 1e-3;
constexpr double density = 0.4;
constexpr std::array kinds = {CellKind::slc, CellKind::mlc2, CellKind::mlc3};

const char* word_of(reram::Confidence confidence) {
  return confidence == reram::Confidence::seen       ? "seen"
         : confidence == reram::Confidence::recalled ? "recalled"
                                                     : "assumed";
}

Published recalled(double value) {
  return {value, Provenance::recalled, "EdgeBERT, MICRO 2021"};
}

std::string assumption(const char* name, const reram::Figure& figure) {
  return fmt::format("{} {:g}: {}; {}", name, figure.value, figure.source, word_of(figure.confidence));
}

StudyTable power_up_table() {
  const auto traffic = reram::traffic_of(30'000, 128, density, 128);
  const auto place = reram::read_in_place(traffic, CellKind::slc, CellKind::mlc2);
  const auto copy = reram::reload(traffic);
  const auto both = reram::reload_and_read(traffic);
  const std::string in_place = "ReRAM, read in place";
  const std::string reload = "LPDDR4 to SRAM, read there";
  const std::string ratio = "reload / in place";
  const reram::ReloadFigures figures;
  StudyTable table{
      "Embeddings of the first sentence after power-up (30,000 x 128, 60 % zeros, 128 tokens)",
      {},
      {assumption("LPDDR4 bytes a second", figures.dram_bandwidth),
       assumption("LPDDR4 pJ a bit", figures.dram_energy),
       assumption("ReRAM pJ a word, one bit a cell", reram::figures_of(CellKind::slc).read_energy),
       assumption("ReRAM pJ a word, two bits", reram::figures_of(CellKind::mlc2).read_energy),
       assumption("ReRAM ns a word, two bits", reram::figures_of(CellKind::mlc2).read_latency),
       assumption("SRAM pJ a word", figures.sram_read_energy),
       "left out on both sides: bus, leakage, idle interfaces; of LPDDR4 also its own power-up"}};
  table.add("stored", "masks and codes", static_cast<double>(traffic.stored_bytes) / 1e6, "MB",
            recalled(1.73), "40 % of 3.84 M codes and a mask bit for each: 1.73 MB would need 33 % density");
  table.add("latency", in_place, place.seconds / nano, "ns", {}, "masks in cells of one bit, codes of two");
  table.add("latency", reload, both.seconds / nano, "ns");
  table.add("latency", ratio, copy.seconds / place.seconds, "",
            recalled(reram::published_latency_ratio.value),
            "the copy alone; with the reads from SRAM behind it, 4 % more");
  table.add("energy", in_place, place.joules / nano, "nJ");
  table.add("energy", reload, both.joules / nano, "nJ");
  table.add("energy", ratio, copy.joules / place.joules, "", recalled(reram::published_energy_ratio.value),
            "hangs on the energy of a ReRAM read: NVMExplorer's 2 MB macros span 1.12 to 7.25 pJ a word, a "
            "ratio of 131,000 to 20,000");
  return table;
}

/// Steady state: what the place of the embeddings changes about a sentence.
StudyTable sentence_table(const std::vector<Json>& reports) {
  StudyTable table{"One sentence on this platform, embeddings in ReRAM or in LPDDR4", {}, {}};
  const std::array names = {"ReRAM", "LPDDR4"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const SentenceFigures figures = figures_of(reports[i]);
    const auto add = [&](const char* quantity, double value, const char* unit) {
      table.add(quantity, names[i], value, unit);
    };
    add("embedding", figures.embedding.seconds / milli, "ms");
    add("embedding", figures.embedding.soc_joules / milli, "mJ");
    add("sentence", figures.whole().seconds / milli, "ms");
    add("sentence", figures.whole().soc_joules / milli, "mJ");
  }
  table.notes.emplace_back("LPDDR4 is read in place, as packed; energy of the whole SoC");
  return table;
}

StudyTable cell_table(const ModelImage& image, const SocConfig& base) {
  StudyTable table{
      "Cells for the embeddings: masks and row index in cells of one bit, codes as named", {}, {}};
  for (const reram::Ecc ecc : {reram::Ecc::none, reram::Ecc::secded}) {
    for (const CellKind kind : kinds) {
      SocConfig soc = base;
      soc.memory.envm_cells = {
          .data = kind, .mask = CellKind::slc, .coding = base.memory.envm_cells.coding, .ecc = ecc};
      soc.embedding.store = EmbeddingStore::envm;
      const reram::MacroUse use = envm_use(image, soc);
      const std::string name =
          fmt::format("codes {}{}", name_of(kind), ecc == reram::Ecc::none ? "" : ", SECDED");
      const double used = use.masks.area_mm2 + use.codes.area_mm2;
      table.rows.push_back(
          {"million cells", name, static_cast<double>(use.masks.cells + use.codes.cells) / 1e6, "", {}, ""});
      table.add("area", name, used, "mm2");
      table.add("macro's area", name, use.area_mm2(), "mm2");
      table.add("wrong cells expected", name, use.expected_faulty_cells(), "");
    }
  }
  table.notes.emplace_back(
      "area follows the recalled densities of 0.28, 0.08, 0.04 mm2 a MiB, so it is no evidence for them; "
      "levels and errors: NVMExplorer, seen");
  return table;
}

struct Trials {
  std::size_t sentences;
  unsigned seeds;
};

std::vector<ReportCommand> campaign(const StudyRuns& runs, const Trials& trials) {
  std::vector<ReportCommand> commands;
  const auto add = [&](const std::string& name, const std::vector<std::string>& settings) {
    commands.push_back({name, runs.sentence_arguments(settings)});
    commands.back().arguments.push_back("--dataset=" +
                                        StudyRuns::file("checkpoints/sst2-small/dev.tsv").string());
    commands.back().arguments.push_back(fmt::format("--limit={}", trials.sentences));
  };
  add("fault-free", {"exit.policy=ee"});
  for (const CellKind kind : {CellKind::mlc2, CellKind::mlc3}) {
    for (unsigned seed = 1; seed <= trials.seeds; ++seed) {
      add(fmt::format("{}-seed={}", name_of(kind), seed),
          {"exit.policy=ee", fmt::format("memory.envm.data_cell={}", name_of(kind)), "faults.memory=envm",
           fmt::format("faults.seed={}", seed)});
    }
  }
  return commands;
}

/// Accuracy under faults less the fault-free one, in points of a per cent.
StudyTable accuracy_table(const std::vector<Json>& reports, const Trials& trials) {
  const auto accuracy = [](const Json& report) { return 100 * report["totals"]["accuracy"].get<double>(); };
  const double clean = accuracy(reports[0]);
  StudyTable table{fmt::format("Accuracy of the shipped model under read errors: {} sentences, {} trials",
                               trials.sentences, trials.seeds),
                   {},
                   {}};
  table.add("accuracy", "fault-free", clean, "%",
            {92.32, Provenance::recalled, "EdgeBERT, MICRO 2021, SST-2"},
            "a smaller model (docs/accuracy.md)");
  const auto published = [](double value) {
    return Published{value, Provenance::recalled, "EdgeBERT, MICRO 2021, SST-2, 100 trials"};
  };
  const auto add = [&](CellKind kind, std::size_t first, double mean_change, double least_change) {
    double mean = 0;
    double least = 100;
    for (std::size_t i = first; i < first + trials.seeds; ++i) {
      mean += accuracy(reports[i]) / trials.seeds;
      least = std::min(least, accuracy(reports[i]));
    }
    const std::string name = fmt::format("codes {}", name_of(kind));
    const std::string note =
        kind == CellKind::mlc2 ? "" : "another model, with its own sensitivity to errors";
    table.add("change, mean", name, mean - clean, "points", published(mean_change), note);
    table.add("change, least", name, least - clean, "points", published(least_change), note);
  };
  add(CellKind::mlc2, 1, 0, 0);
  add(CellKind::mlc3, 1 + trials.seeds, -0.46, -1.49);
  table.notes.emplace_back(
      "all 872 sentences and 100 trials take minutes; docs/envm.md has them with their commands");
  return table;
}

}  // namespace

std::vector<StudyTable> envm_study(StudyRuns& runs) {
  const auto models = runs.make({{"sparse-embeddings", {"--embedding-sparsity=0.6"}, {}}});
  const auto stores = runs.run(std::vector<SentenceRun>{{"store=envm", models[0], {"embedding.store=envm"}},
                                                        {"store=dram", models[0], {"embedding.store=dram"}}});
  const Trials trials = runs.quick() ? Trials{10, 2} : Trials{200, 5};
  const auto faulty = runs.run(campaign(runs, trials));
  return {power_up_table(), sentence_table(stores), cell_table(ModelImage::read(models[0]), runs.soc()),
          accuracy_table(faulty, trials)};
}

}  // namespace edgebert::sim
