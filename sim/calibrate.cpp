// SPDX-License-Identifier: Apache-2.0
// edgebert-sim calibrate: docs/calibration.md, or the same page for the constants of one configuration.
#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/text.hpp"
#include "platform/config/timing_preset.hpp"
#include "sim/calibration.hpp"
#include "sim/commands.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace {

const char* name_of(ReferenceKind kind) {
  switch (kind) {
    case ReferenceKind::measured_on_model:
      return "measured on the published model";
    case ReferenceKind::silicon:
      return "silicon";
    case ReferenceKind::derived:
      return "derived";
    case ReferenceKind::recalled:
      return "recalled";
    case ReferenceKind::none:
      return "none";
  }
  return "none";
}

std::string table_of(const std::vector<CalibrationRow>& rows) {
  std::string table =
      "| what | ours | reference | source | kind | tolerance | verdict |\n|---|---|---|---|---|---|---|\n";
  for (const CalibrationRow& row : rows) {
    table += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.what, row.ours, row.reference,
                         row.source, name_of(row.kind), row.tolerance, row.verdict);
  }
  return table;
}

std::string conventional_text(const ConventionalRun& run) {
  std::string text = fmt::format(
      "## The chip's conventional run\n\n"
      "Measured: {:.0f} ms a sentence (ISSCC 2023, paper 22.9, slide 38: twelve layers, no early exit, 1.0 "
      "V). All\n"
      "MACs at 256 a cycle and 716.8 MHz take {:.1f} ms, the same products under `overlapped` {:.1f} ms: the "
      "run takes\n"
      "{:.1f} times its MAC bound. Computing cannot explain that, not even serially (twice as long). So, if "
      "the rest\n"
      "was moving data, one word of 8 bytes at a time, each word took:\n\n"
      "| what moves, dense | MB a sentence | ns a word | cycles a word at 716.8 MHz | what would take so "
      "long |\n"
      "|---|---|---|---|---|\n",
      run.milliseconds, run.bound_milliseconds, run.ours_milliseconds,
      run.milliseconds / run.bound_milliseconds);
  for (const DataMovement& movement : run.movements) {
    text += fmt::format("| {} | {:.1f} | {:.1f} | {:.0f} | {} |\n", movement.schedule, movement.megabytes,
                        movement.nanoseconds, movement.nanoseconds * 0.7168, movement.explanation);
  }
  text += fmt::format(
      "\nA 64-bit burst moves a word every bus cycle, so none of these happens with working bursts and "
      "double\n"
      "buffering: the number says something about the SoC around the accelerator, which is not published. As "
      "a\n"
      "configuration: `configs/stp-isscc23.yaml` takes as long with a weight memory that needs {:.0f} ns for "
      "every word,\n"
      "`--set memory.weight_memory.clock={:.2f}MHz`; firmware then plans to read weights almost only once. "
      "No "
      "preset\n"
      "contains such a number.\n",
      1e9 / run.slow_weight_memory_hz, run.slow_weight_memory_hz / 1e6);
  return text;
}

}  // namespace

std::string calibration_markdown(const SocConfig* config) {
  const SocAt soc = [config](TimingPreset preset, std::uint32_t lanes) {
    if (config != nullptr) return config::with_lanes(*config, lanes);
    SocConfig preset_soc;
    preset_soc.pu.vmac_lanes = lanes;
    preset_soc.timing = SocConfig::Timing::of(preset, lanes);
    return preset_soc;
  };
  std::string page = "# Calibration of the timing model\n\n";
  page +=
      config == nullptr
          ? "Printed by `edgebert-sim calibrate`. Our value is what the cost formulas give under the preset "
            "a row "
            "names\n(`timing.preset`; every constant: [configuration.md](configuration.md)); "
            "`edgebert-sim calibrate CONFIG` prints the same\npage for a configuration's own constants.\n\n"
          : fmt::format("The constants of '{}' ({}), in every row, whatever preset the row names.\n\n",
                        printable(config->name), config::timing_label(*config));
  page +=
      "Cycles are accelerator cycles from start to interrupt. The published model is the SystemC of\n"
      "github.com/harvard-acc/EdgeBERT (hw/cmod, commit 1249ed7), measured in its cycle-accurate mode; its "
      "tables are "
      "in\ntests/data/cmodel. It ignores the initiation intervals of its HLS pragmas, and no RTL is "
      "published. It was\n"
      "measured at n = 4, 8, 16 and 32; n = 2 and 64 are extrapolated.\n\n"
      "## The published model\n\n";
  page += table_of(published_model_rows(soc));
  page += "\n## Peak rate and whole layers\n\n" + table_of(derived_rows(soc));
  page +=
      "\n## Ours alone\n\nNo published unit has them, so nothing measured stands behind them: results and "
      "operands of "
      "32-bit words\n(`timing.pu.wide_drain`, `timing.sfu.wide_vector`), the add in front of layernorm "
      "(`timing.sfu.second_operand`).\n\n";
  return page + conventional_text(conventional_run(soc));
}

int calibrate(const std::optional<std::filesystem::path>& file, const std::vector<std::string>& overrides) {
  if (!file) {
    if (!overrides.empty()) throw Error(Failure::usage, "calibrate: --set needs a CONFIG");
    print(calibration_markdown(nullptr));
    return 0;
  }
  const config::Loaded loaded = config::load(*file, overrides);
  print(calibration_markdown(&loaded.soc));
  return 0;
}

}  // namespace edgebert::sim
