// SPDX-License-Identifier: Apache-2.0
// What a study runs: this program, side by side, each run a process in a folder of its own (SystemC
// elaborates one SoC a process). The study's folder is temporary unless --out names one.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "platform/config/soc_config.hpp"
#include "sim/commands.hpp"
#include "sim/study/study.hpp"

namespace edgebert::sim {

/// A command of this program that writes a report: `--json` is added.
struct ReportCommand {
  std::string name;                    ///< of its folder; letters, digits, '-', '.', '='
  std::vector<std::string> arguments;  ///< "run", ...; paths absolute
};

/// One sentence on a SoC, through all layers unless the overrides say otherwise.
struct SentenceRun {
  std::string name;
  std::filesystem::path model;
  std::vector<std::string> overrides;  ///< key.path=value, besides those of the command line
};

/// Recorded entropies through firmware's exit policies (`replay-entropies`).
struct ReplayRun {
  std::string name;
  std::filesystem::path model;
  std::filesystem::path log;
  std::filesystem::path table;         ///< of exit predictions
  std::vector<std::string> overrides;  ///< key.path=value: exit.policy, exit.threshold, exit.deadline, ...
};

/// A checkpoint of random weights to make.
struct RandomModel {
  std::string name;
  std::vector<std::string> arguments;  ///< of `generate`, besides the geometry
  std::vector<std::string> compile;    ///< of `compile`
};

class StudyRuns {
 public:
  /// @param config  found by its name among the program's configurations, or the command line's
  StudyRuns(const StudyOptions& options, std::filesystem::path config);
  ~StudyRuns();
  StudyRuns(const StudyRuns&) = delete;
  StudyRuns& operator=(const StudyRuns&) = delete;

  const std::filesystem::path& config() const { return config_; }
  bool quick() const { return options_.quick; }
  const std::vector<StudyRun>& done() const { return done_; }

  /// The configuration of a run.
  /// @throws Error(Failure::config)
  SocConfig soc(const std::vector<std::string>& overrides = {}) const;

  /// `run` with the configuration and all settings, as far as both are told already: no sentence, no model.
  std::vector<std::string> sentence_arguments(const std::vector<std::string>& overrides) const;

  /// Makes model images of ALBERT-base's geometry, or of a small one if the study is to be quick.
  /// @throws Error(Failure::points) naming the first that failed
  std::vector<std::filesystem::path> make(const std::vector<RandomModel>& models);

  /// The report of each command.
  /// @throws Error(Failure::points) as above
  std::vector<nlohmann::ordered_json> run(const std::vector<ReportCommand>& commands);

  /// The report of each sentence (docs/run_json.md): exit.policy is `base` unless overridden.
  /// @throws Error(Failure::config) before any of them runs, Error(Failure::points)
  std::vector<nlohmann::ordered_json> run(const std::vector<SentenceRun>& sentences);

  /// The report of each replay (docs/exit_policies.md); of few sentences only if the study is to be quick.
  /// @throws as above
  std::vector<nlohmann::ordered_json> run(const std::vector<ReplayRun>& replays);

  /// The image the configuration names: the shipped model.
  std::filesystem::path shipped_model() const;

  /// A file that comes with the program: "configs/edgebert.yaml", "tests/data/...".
  /// @throws Error(Failure::input) if it is not there
  static std::filesystem::path file(const std::string& name);

 private:
  void finish(const std::vector<ReportCommand>& commands);
  std::vector<std::string> with_settings(const std::vector<std::string>& overrides) const;

  const StudyOptions& options_;
  std::filesystem::path config_;
  std::filesystem::path folder_;
  std::vector<StudyRun> done_;
};

}  // namespace edgebert::sim
