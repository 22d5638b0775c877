// SPDX-License-Identifier: Apache-2.0
// edgebert-sim replay-entropies: firmware's decisions on recorded entropies, on the workload of a model.
#include <chrono>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "golden/exit_rules.hpp"
#include "platform/config/loader.hpp"
#include "platform/energy/soc_size.hpp"
#include "platform/rv32/elf.hpp"
#include "sim/commands.hpp"
#include "sim/entropy_log.hpp"
#include "sim/entropy_replay.hpp"
#include "sim/exit_codes.hpp"
#include "sim/exit_table.hpp"
#include "sim/run_inputs.hpp"
#include "sim/schedule_check.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using Entropies = std::vector<std::uint32_t>;

/// Options are keys of the configuration: they become part of its hash.
std::vector<std::string> overrides_of(const ReplayEntropiesOptions& options) {
  std::vector<std::string> overrides = options.overrides;
  const auto add = [&](const char* key, const auto& value) {
    if (value) overrides.push_back(fmt::format("exit.{}={}", key, *value));
  };
  add("policy", options.policy);
  add("threshold", options.threshold);
  add("predict_layer", options.predict_layer);
  add("deadline", options.deadline);
  if (options.table) overrides.push_back("exit.predictor=" + fs::absolute(*options.table).string());
  return overrides;
}

/// A deadline that cannot be met may end a sentence of the conservative policy before its entropy does:
/// golden knows no time.
bool agrees(const ReplayedSentence& sentence, const Entropies& entropies, const golden::ExitRule& rule) {
  const golden::ExitDecision expected =
      golden::exit_decision(rule.policy, entropies, rule.threshold, rule.predict_layer, rule.table);
  if (sentence.predicted_layer != expected.predicted_layer) return false;
  if (sentence.deadline_infeasible && rule.policy == mailbox::ExitPolicy::lai_conservative)
    return sentence.exit_layer <= expected.exit_layer;
  return sentence.exit_layer == expected.exit_layer;
}

void replay_all(Platform& platform, const std::vector<Entropies>& log, const golden::ExitRule& rule,
                EntropyReplayReport& report) {
  SentenceReplay replay(platform, report.soc);
  Progress progress(log.size());
  for (const Entropies& entropies : log) {
    report.sentences.push_back(replay.run(entropies));
    if (!agrees(report.sentences.back(), entropies, rule)) {
      if (report.disagreements++ == 0) report.first = report.sentences.size() - 1;
    }
    progress.step();
  }
  for (const auto& [kilohertz, cost] : replay.costs().all()) report.costs.push_back(cost);
  report.spread = replay.costs().spread();
  platform.shut_down();
}

}  // namespace

int replay_entropies(const ReplayEntropiesOptions& options) {
  const Clock::time_point start = Clock::now();
  const config::Loaded loaded = config::load(options.config, overrides_of(options));
  RunOptions files;
  files.config = options.config;
  files.model = options.model;
  files.firmware = options.firmware;
  const fs::path model_file = model_file_for(files, loaded.soc);
  const ModelImage image = ModelImage::read(model_file);
  const ModelDescriptor& model = image.descriptor();
  const std::vector<Entropies> log = read_entropy_log(options.entropies, model.layers,
                                                      options.classes.value_or(model.classes), options.limit);
  const std::optional<fs::path> table_file = predictor_file_for(options.config, loaded.soc);
  ExitPredictor predictor;
  if (table_file) predictor = read_exit_table(*table_file, loaded.soc.exit.predict_layer, model.layers);
  const fs::path firmware_file = firmware_file_for(files, loaded.soc);
  if (options.json && *options.json != "-") {
    check_output(*options.json,
                 {options.config, options.entropies, table_file.value_or(""), model_file, firmware_file});
  }
  const std::vector<std::uint8_t> firmware_bytes = read_file(firmware_file, "firmware", Failure::firmware);
  if (runs_own_firmware(files, loaded.soc)) check_schedule(model, loaded.soc);

  EntropyReplayReport report;
  report.soc = loaded.soc;
  report.config_file = options.config.string();
  report.config_hash = loaded.hash;
  report.model_file = model_file.filename().string();
  report.model_hash = image.hash();
  report.firmware_hash = sha256_of(firmware_bytes);
  if (table_file) report.predictor_hash = sha256_of(read_file(*table_file, "exit table"));
  report.entropies_file = options.entropies.string();
  report.entropies_hash = sha256_of(read_file(options.entropies, "entropy log"));
  report.layers = model.layers;
  if (const auto file = energy_table_file_for(files, loaded.soc))
    report.energy_table = energy::with_dvfs_rows(energy::EnergyTable::load(*file), loaded.soc);

  Platform platform(loaded.soc, image, rv32::ElfFile::parse(firmware_bytes, firmware_file.string()),
                    predictor, report.energy_table ? &*report.energy_table : nullptr);
  replay_all(platform, log, exit_rule(loaded.soc, predictor), report);
  report.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  write_reports(options.json, options.json ? json_of(report) : "",
                options.json == "-" ? "" : text_of(report, style_of(STDOUT_FILENO)));
  return report.disagreements == 0 ? 0 : exit_code_of(Failure::mismatch);
}

}  // namespace edgebert::sim
