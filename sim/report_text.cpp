// SPDX-License-Identifier: Apache-2.0
// The run as text: who ran what, each sentence with its entropies, cycles a unit, totals. Data sets are
// summed up.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "platform/config/quantity.hpp"
#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "sim/energy_text.hpp"
#include "sim/roofline.hpp"
#include "sim/run_report.hpp"

namespace edgebert::sim {
namespace {

constexpr std::size_t page_width = 96;
constexpr unsigned bar_width = 40;
constexpr unsigned unit_bar_width = 20;
constexpr std::size_t name_width = 60;
constexpr std::size_t short_hash = 12;

/// The probability the logits give a class.
double softmax(const std::vector<double>& logits, std::uint32_t index) {
  if (index >= logits.size()) return 0;
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  return std::exp(logits[index] - largest) / sum;
}

std::string hertz(double value) {
  return config::format_quantity(value, config::Unit::hertz);
}

class TextReport {
 public:
  TextReport(const RunReport& report, const Style& style) : report_(report), style_(style) {}

  std::string render() {
    header();
    if (report_.data_set) {
      data_set();
    } else {
      for (std::size_t i = 0; i < report_.sentences.size(); ++i) sentence(i);
    }
    if (report_.data_set || report_.sentences.size() > 1) unit_rows(report_.units(), report_.cycles());
    const std::vector<OperatorReport> operators = over_layers(report_.operators());
    if (report_.show_operators) operator_rows(operators);
    if (report_.energy_table && !report_.sentences.empty()) energy();
    totals(operators);
    return std::move(text_);
  }

 private:
  void line(std::string content = {}) {
    while (content.ends_with(' ')) content.pop_back();
    text_ += content + "\n";
  }
  void field(const char* name, const std::string& value) {
    line(fmt::format("{}  {}", dim(fmt::format("{:<9}", name), style_), value));
  }

  void header() {
    const SocConfig& soc = report_.soc;
    field("SoC", fmt::format("{}, n = {}, {}", bold(elided(printable(soc.name), name_width), style_),
                             soc.pu.vmac_lanes, config::timing_label(soc)));
    field("clocks", fmt::format("accelerator {}, core {}, bus {}", hertz(soc.clocks.accelerator_hz),
                                hertz(soc.clocks.core_hz), hertz(soc.clocks.bus_hz)));
    field("config", fmt::format("{} {}", elided(printable(report_.config_file), name_width),
                                short_of(report_.config_hash)));
    field("model", fmt::format("{} {}", elided(printable(report_.model_file), name_width),
                               short_of(report_.model_hash)));
    field("", fmt::format("{} layers, hidden {}, {} heads, sequence {}", report_.layers, report_.hidden,
                          report_.heads, report_.sequence));
    line();
  }
  std::string short_of(const std::string& hash) const {
    return dim(fmt::format("({})", hash.substr(0, short_hash)), style_);
  }

  void sentence(std::size_t index) {
    const SentenceReport& sentence = report_.sentences[index];
    const std::string number = report_.sentences.size() > 1 ? fmt::format("{}. ", index + 1) : "";
    for (const std::string& part : wrap(number + printable(sentence.text), page_width))
      line(bold(part, style_));
    line();
    const double probability = softmax(sentence.logits, sentence.prediction);
    std::string verdict = fmt::format("{:.1f} %", 100 * probability);
    if (sentence.label) {
      verdict += *sentence.label == sentence.prediction
                     ? green(", right", style_)
                     : red(fmt::format(", labelled {}",
                                       printable(report_.label_name(sentence.task, *sentence.label))),
                           style_);
    }
    line(fmt::format("  {}{}  {}", task_of(sentence),
                     bold(printable(report_.label_name(sentence.task, sentence.prediction)), style_),
                     verdict));
    line();
    entropies(sentence);
    deadline(sentence);
    unit_rows(sentence.units, sentence.cycles);
    line(fmt::format("  {} accelerator cycles, {} simulated, {} tokens", grouped(sentence.cycles),
                     duration(sentence.seconds), sentence.tokens));
    line();
  }

  /// "mnli: " of models of several tasks.
  std::string task_of(const SentenceReport& sentence) const {
    return report_.tasks.size() < 2 ? "" : report_.tasks[sentence.task].name + ": ";
  }

  void entropies(const SentenceReport& sentence) {
    const double largest = std::log(std::max<std::size_t>(2, sentence.logits.size()));
    const double threshold = report_.soc.exit.threshold;
    const bool early = threshold > 0 && report_.soc.exit.policy != mailbox::ExitPolicy::base;
    line(dim(early ? fmt::format("  layer  entropy, nats; exit below {}", threshold)
                   : std::string("  layer  entropy, nats; early exit is off"),
             style_));
    for (std::size_t i = 0; i < sentence.entropy.size(); ++i) {
      const double entropy = sentence.entropy[i];
      const std::string filled =
          early ? bar_with_marker(entropy / largest, threshold / largest, bar_width, style_)
                : bar(entropy / largest, bar_width, style_);
      const bool left_here = i + 1 == sentence.exit_layer;
      const char* note = !left_here                     ? ""
                         : early && entropy < threshold ? "exit"
                         : i + 1 == report_.layers      ? "last layer"
                                                        : "exit, predicted";
      line(fmt::format("  {:>5}  {:.4f}  {}  {}{}", i + 1, entropy, filled, point(sentence, i),
                       green(note, style_)));
    }
    line();
  }
  /// Voltage and frequency of a layer where the policy chooses them.
  std::string point(const SentenceReport& sentence, std::size_t index) const {
    if (!mailbox::predicts(report_.soc.exit.policy) || index >= sentence.points.size()) return "";
    const PointReport& point = sentence.points[index];
    if (point.hertz == 0) return "";
    return fmt::format("{:.3f} V {:>5.0f} MHz  ", point.volts, point.hertz * 1e-6);
  }

  void deadline(const SentenceReport& sentence) {
    const double seconds = report_.soc.exit.deadline_seconds;
    if (sentence.predicted_layer)
      line(fmt::format("  predicted to exit at layer {}", *sentence.predicted_layer));
    if (seconds != 0) {
      line(fmt::format("  deadline {}: {}{}", duration(seconds),
                       sentence.deadline_missed ? red("missed", style_) : green("met", style_),
                       sentence.deadline_infeasible
                           ? ", infeasible: all layers at the top frequency do not meet it"
                           : ""));
    }
    if (sentence.predicted_layer || seconds != 0) line();
  }

  /// Cycles a unit is busy and their share of all, and those it waits with a command; the rest it is idle.
  /// Units overlap, so shares may sum to more than 100 %.
  void unit_rows(const std::vector<UnitReport>& units, std::uint64_t cycles) {
    line(dim(
        fmt::format("  {:<16}{:>9}{:>14}{:>13}  {:>7}", "unit", "commands", "busy cycles", "stalled", "busy"),
        style_));
    for (const UnitReport& unit : units) {
      if (unit.commands == 0) continue;
      const double share =
          cycles == 0 ? 0 : static_cast<double>(unit.busy_cycles) / static_cast<double>(cycles);
      line(fmt::format("  {:<16}{:>9}{:>14}{:>13}  {:>5.1f} %  {}", spelled(unit.unit),
                       grouped(unit.commands), grouped(unit.busy_cycles), grouped(unit.stalls.total()),
                       100 * share, bar(share, unit_bar_width, style_)));
    }
    overlap(units, cycles);
    line();
    line(dim(fmt::format("  {:<16}{:>10}{:>17}", "memory", "read", "written"), style_));
    for (const UnitReport& unit : units) {
      if (!is_memory(unit)) continue;
      line(fmt::format("  {:<16}{:>10}{:>17}", spelled(unit.unit), bytes(unit.counters.at("bytes_read")),
                       bytes(unit.counters.at("bytes_written"))));
    }
    line();
  }
  /// Cycles with any unit at work, and how much of the DMA's are hidden behind computation.
  void overlap(const std::vector<UnitReport>& units, std::uint64_t cycles) {
    const auto row = [&](std::string_view name) { return std::ranges::find(units, name, &UnitReport::unit); };
    const auto accelerator = row("accelerator");
    const auto dma = row("dma");
    if (accelerator == units.end() || dma == units.end()) return;
    const std::uint64_t overlapped = accelerator->counters.at("overlapped_cycles");
    line(fmt::format("  {:<16}{:>9}{:>14}{:>13}  {:>5.1f} %", "any unit", "",
                     grouped(accelerator->busy_cycles), "", percent(accelerator->busy_cycles, cycles)));
    line(fmt::format("  {:<16}{:>9}{:>14}{:>13}  {:>5.1f} % of the DMA's", "overlapped", "",
                     grouped(overlapped), "", percent(overlapped, dma->busy_cycles + dma->stalls.total())));
    stalls(units);
  }
  /// What the units wait for.
  void stalls(const std::vector<UnitReport>& units) {
    Stalls sum;
    for (const UnitReport& unit : units) sum += unit.stalls;
    if (sum.total() == 0) return;
    line(dim(fmt::format("  stalled: {} on a buffer's port, {} on the bus, {} on memory latency",
                         grouped(sum.port), grouped(sum.bus), grouped(sum.memory)),
             style_));
  }
  static bool is_memory(const UnitReport& unit) {
    return unit.counters.contains("bytes_read") && unit.counters.contains("bytes_written");
  }
  static std::string bytes(std::uint64_t count) {
    if (count >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(count) / (1 << 20));
    if (count >= 1 << 10) return fmt::format("{:.1f} KiB", static_cast<double>(count) / (1 << 10));
    return fmt::format("{} B", count);
  }

  void data_set() {
    const std::size_t count = report_.sentences.size();
    if (const auto accuracy = report_.accuracy()) {
      std::size_t right = 0;
      for (const SentenceReport& sentence : report_.sentences) right += sentence.label == sentence.prediction;
      field("accuracy", fmt::format("{} ({} of {} sentences)",
                                    bold(fmt::format("{:.2f} %", 100 * *accuracy), style_), right, count));
    }
    for (std::size_t task = 0; report_.tasks.size() > 1 && task < report_.tasks.size(); ++task) {
      if (const auto accuracy = report_.accuracy(task))
        field("", fmt::format("{:.2f} % of task {}", 100 * *accuracy, report_.tasks[task].name));
    }
    field("exit",
          fmt::format("after layer {:.2f} of {} on average", report_.average_exit_layer(), report_.layers));
    line();
    std::map<std::uint32_t, std::size_t> exits;
    for (const SentenceReport& sentence : report_.sentences) ++exits[sentence.exit_layer];
    line(dim("  layer   sentences that left", style_));
    for (std::uint32_t layer = 1; layer <= report_.layers; ++layer) {
      const double share = static_cast<double>(exits[layer]) / static_cast<double>(count);
      line(fmt::format("  {:>5}  {:>10}  {:>5.1f} %  {}", layer, grouped(exits[layer]), 100 * share,
                       bar(share, bar_width, style_)));
    }
    line();
    if (report_.soc.exit.deadline_seconds != 0) {
      field("deadline", fmt::format("{}: {} of {} sentences missed it, {} found it infeasible",
                                    duration(report_.soc.exit.deadline_seconds), report_.missed_deadlines(),
                                    count, report_.infeasible_deadlines()));
    }
    const auto per_sentence = report_.cycles() / count;
    field("cycles", fmt::format("{} accelerator cycles a sentence on average", grouped(per_sentence)));
    line();
  }

  /// All layers and sentences. Operators overlap: shares may sum to more than 100 %.
  void operator_rows(const std::vector<OperatorReport>& operators) {
    line(dim(fmt::format("  {:<17}{:>14}  {:>7}{:>12}{:>9}{:>14}  {}", "operator", "cycles", "share",
                         "MAC/cycle", "of n x n", "memory bound", "limited by"),
             style_));
    for (const OperatorReport& row : operators) {
      const double rate = macs_per_cycle(row);
      const std::optional<double> bound = memory_bound(row, report_.soc);
      const auto of_work = [&](const std::string& value) { return row.macs == 0 ? "" : value; };
      line(fmt::format("  {:<17}{:>14}  {:>5.1f} %{:>12}{:>9}{:>14}  {}", name_of(row.op),
                       grouped(row.all_cycles()), percent(row.all_cycles(), report_.cycles()),
                       of_work(fmt::format("{:.1f}", rate)),
                       of_work(fmt::format("{:.1f} %", 100 * rate / compute_bound(report_.soc))),
                       of_work(bound ? fmt::format("{:.1f}", *bound) : "none"), limited_by(row)));
    }
    line();
  }
  void bottleneck(const std::vector<OperatorReport>& operators) {
    if (operators.empty()) return;
    const OperatorReport& worst = longest(operators);
    field("", fmt::format("limited by {} in {} ({:.1f} % of all cycles)", limited_by(worst),
                          name_of(worst.op), percent(worst.all_cycles(), report_.cycles())));
  }

  void totals(const std::vector<OperatorReport>& operators) {
    const std::vector<UnitReport> units = report_.units();
    const std::uint64_t macs = counted(units, "macs");
    field("total", fmt::format("{} accelerator cycles, {} simulated", grouped(report_.cycles()),
                               duration(report_.simulated_seconds())));
    bottleneck(operators);
    field("work", fmt::format("{} MACs ({:.1f} % gated, {:.1f} % of the slots they are padded to)",
                              grouped(macs), percent(counted(units, "macs_gated"), macs),
                              percent(macs, counted(units, "mac_slots"))));
    field("", fmt::format("{} core instructions", grouped(report_.instructions())));
    for (const auto& [name, value] : energy_fields(report_)) field(name.c_str(), value);
    envm();
    if (!report_.faults.empty()) faults();
    if (report_.checked) checks();
    field("host",
          fmt::format("{} wall time, {:.0f} MiB", duration(report_.wall_seconds), report_.peak_memory_mib));
  }

  /// "2-bit".
  static std::string cell_name(reram::CellKind kind) { return fmt::format("{}-bit", reram::bits_of(kind)); }

  void envm() {
    const reram::MacroUse& use = report_.envm;
    const bool ecc = report_.soc.memory.envm_cells.ecc != reram::Ecc::none;
    field("eNVM", fmt::format("{} {} cells of masks, {} {} cells of codes{}", grouped(use.masks.cells),
                              cell_name(use.masks.kind), grouped(use.codes.cells), cell_name(use.codes.kind),
                              ecc ? ", 12.5 % more for SECDED" : ""));
    field("", fmt::format("{:.3f} mm2 with {} free cells (density recalled); {:.3g} faulty cells expected",
                          use.area_mm2(), grouped(use.free.cells), use.expected_faulty_cells()));
  }

  void faults() {
    const reram::FaultCounts counts = total_of(report_.faults);
    field("faults",
          fmt::format("seed {}: {} of {} cells read wrongly, {} wrong bits", report_.soc.faults.seed,
                      grouped(counts.faulty_cells), grouped(counts.cells), grouped(counts.wrong_bits)));
    if (report_.soc.memory.envm_cells.ecc == reram::Ecc::none) return;
    field("", fmt::format("{} words corrected, {} words with an error only detected",
                          grouped(counts.corrected_words), grouped(counts.detected_words)));
  }

  void checks() {
    const CheckResult& checks = report_.checks;
    if (checks.mismatches == 0) {
      field("check",
            green(fmt::format("{} tensors compared with golden, all equal", grouped(checks.tensors_compared)),
                  style_));
      return;
    }
    field("check", red(fmt::format("{} differences in {} compared tensors", grouped(checks.mismatches),
                                   grouped(checks.tensors_compared)),
                       style_));
    for (const std::string& part : wrap("first: " + checks.first, page_width - 11)) field("", part);
  }

  void energy() {
    for (const std::string& row : energy_rows(report_.energy(), style_)) line(row);
    line();
  }

  static double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  }

  const RunReport& report_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string text_of(const RunReport& report, const Style& style) {
  return TextReport(report, style).render();
}

}  // namespace edgebert::sim
