// SPDX-License-Identifier: Apache-2.0
// The program's commands. Each returns an exit code or throws Error; main turns that into one line and a
// code.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/adaptivfloat_format.hpp"
#include "model/random_checkpoint.hpp"

namespace edgebert::sim {

struct RunOptions {
  std::filesystem::path config;
  std::optional<std::string> text;  ///< exactly one of text, file and data_set
  std::optional<std::filesystem::path> file;
  std::optional<std::filesystem::path> data_set;
  std::optional<std::size_t> limit;               ///< sentences of the data set
  std::optional<std::string> task;                ///< of all sentences, if the model has several
  std::optional<std::filesystem::path> model;     ///< instead of the configuration's
  std::optional<std::filesystem::path> firmware;  ///< instead of the configuration's
  std::vector<std::string> overrides;             ///< key.path=value
  bool check = false;
  std::optional<std::filesystem::path> golden_cache;
  bool operators = false;           ///< a row for each operator in the text report
  std::optional<std::string> json;  ///< a file, or "-" for stdout instead of the text report
  std::optional<std::string> gdb;   ///< a TCP port, 0 for any, or "stdio": waits for a debugger there
  bool profile = false;             ///< where firmware's time goes, in the text report
  std::optional<std::filesystem::path> profile_file;  ///< and as JSON
  std::vector<std::string> log;                       ///< source=level
  std::vector<std::string> trace_registers;           ///< names of register blocks
  std::optional<std::filesystem::path> trace;         ///< timeline
  std::optional<std::filesystem::path> vcd;           ///< waveforms
  std::optional<std::string> trace_from, trace_to;    ///< simulated times with units
  std::optional<std::string> trace_limit;             ///< bytes with a unit
  std::vector<std::string> trace_units;               ///< names or regular expressions; none: all
  std::vector<std::string> dump;                      ///< tensors: LAYER[:OPERATOR]
  std::optional<std::filesystem::path> dump_folder;
};

enum class LauncherKind {
  local,  ///< processes on this machine
  slurm,  ///< a Slurm job array
};

struct SweepOptions {
  RunOptions point;               ///< what every point runs; its overrides are key.path=value,value...
  std::filesystem::path output;   ///< a folder, made if need be
  std::optional<unsigned> jobs;   ///< points at a time; on this machine as many as cores, Slurm decides
  std::optional<double> timeout;  ///< seconds of wall time for a point
  LauncherKind launcher = LauncherKind::local;
};

struct CompileOptions {
  std::optional<std::filesystem::path> checkpoint;  ///< a folder, or its .safetensors file
  std::vector<std::string> tasks;                   ///< NAME=checkpoint; these or `checkpoint`
  std::filesystem::path output;
  std::optional<std::filesystem::path> calibration;  ///< .tsv: a data set; otherwise one sentence a line
  std::optional<std::uint32_t> sequence;
  std::optional<double> embedding_sparsity;
  model::BiasRule weight_bias = model::BiasRule::largest;
  double activation_percentile = 100;
};

struct QuantizeReportOptions {
  std::filesystem::path checkpoint;  ///< a folder, or its .safetensors file
  std::vector<std::string> formats;  ///< "WIDTH,EXPONENT BITS"; the hardware's without any
  model::BiasRule weight_bias = model::BiasRule::largest;
  double activation_percentile = 100;
  std::optional<std::filesystem::path> calibration;  ///< .tsv: a data set; otherwise one sentence a line
  std::optional<std::filesystem::path> data_set;     ///< what answers are compared on; calibration otherwise
  std::optional<std::size_t> limit;                  ///< sentences of it
  std::optional<std::string> json;                   ///< a file, or "-" for stdout instead of the text report
};

struct GenerateOptions {
  std::filesystem::path output;  ///< a folder, made if need be
  model::RandomCheckpointOptions checkpoint;
};

struct ReplayOptions {
  std::filesystem::path config;
  std::filesystem::path file;
  std::vector<std::string> overrides;  ///< key.path=value
  std::optional<std::string> json;     ///< a file, or "-" for stdout instead of the text report
};

/// Options that are not given are the configuration's.
struct ReplayEntropiesOptions {
  std::filesystem::path config;
  std::filesystem::path entropies;             ///< a log, sim/entropy_log.hpp
  std::optional<std::filesystem::path> table;  ///< exit table
  std::optional<std::string> policy;
  std::optional<std::string> threshold;
  std::optional<std::string> predict_layer;
  std::optional<std::string> deadline;
  std::optional<std::uint32_t> classes;  ///< of the task the entropies are of
  std::optional<std::size_t> limit;
  std::optional<std::filesystem::path> model;
  std::optional<std::filesystem::path> firmware;
  std::vector<std::string> overrides;  ///< key.path=value
  std::optional<std::string> json;     ///< a file, or "-" for stdout instead of the text report
};

/// Options of a study, docs/studies.md.
struct StudyOptions {
  std::string name;
  std::optional<std::filesystem::path> config;  ///< instead of the study's
  std::vector<std::string> overrides;           ///< key.path=value, of every run
  std::optional<std::filesystem::path> output;  ///< keeps models and runs; a temporary folder otherwise
  std::optional<unsigned> jobs;                 ///< runs at a time, otherwise as many as cores
  bool quick = false;                           ///< a small network instead of ALBERT-base
  std::optional<std::string> json;              ///< a file, or "-" for stdout instead of the text report
};

/// Runs and sweeps that become a page.
struct ReportOptions {
  std::vector<std::filesystem::path> inputs;  ///< JSON of runs, folders of sweeps or of their points
  std::filesystem::path output;
};

/// Two runs side by side.
struct CompareOptions {
  std::filesystem::path a;  ///< JSON of a run, or the folder of a sweep's point
  std::filesystem::path b;
  std::optional<std::string> json;  ///< a file, or "-" for stdout instead of the text
  std::optional<std::filesystem::path> html;
};

/// Sentences through the platform, and the report.
/// @return 0, or the code of Failure::mismatch if --check found differences
int run(const RunOptions& options);

/// Every combination of some values of configuration keys, a process and a folder each; docs/sweep.md.
/// @return 0
/// @throws Error(Failure::points) if points failed, Error(Failure::interrupted)
int sweep(const SweepOptions& options);

/// One point of a sweep, from what the sweep wrote into its folder; what a Slurm task runs.
/// @return 0, whatever becomes of the point: its outcome is in the folder
int sweep_point(const std::filesystem::path& folder);

/// A checkpoint, or one a task, becomes a model image.
int compile(const CompileOptions& options);

/// What AdaptivFloat of some widths does to a checkpoint's tensors and answers.
int quantize_report(const QuantizeReportOptions& options);

/// A checkpoint folder of random weights.
int generate(const GenerateOptions& options);

/// Recorded cases on single units.
/// @return 0, or the code of Failure::mismatch if anything differs
int replay_vectors(const ReplayOptions& options);

/// Firmware's exit decisions on recorded entropies.
/// @return 0, or the code of Failure::mismatch if golden's exit rules decide otherwise
int replay_entropies(const ReplayEntropiesOptions& options);

/// A published result on this platform.
/// @throws Error(Failure::points) if a run of the study failed, Error(Failure::interrupted)
int study(const StudyOptions& options);

/// "vmac, envm, ..."
std::string study_names();

/// Runs and sweeps as one HTML page, docs/reports.md.
int report(const ReportOptions& options);

/// What differs between two runs, and who contributes to it, docs/reports.md.
/// @return 0, whether or not they differ
int compare(const CompareOptions& options);

/// The timing model against its references.
/// @param file  a configuration whose constants replace those of the presets
int calibrate(const std::optional<std::filesystem::path>& file, const std::vector<std::string>& overrides);

/// The resolved configuration with origins and descriptions.
int show_config(const std::filesystem::path& file, const std::vector<std::string>& overrides);

}  // namespace edgebert::sim
