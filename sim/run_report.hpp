// SPDX-License-Identifier: Apache-2.0
// What a run found, before it becomes text or JSON.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model_image.hpp"
#include "ip/envm/macro.hpp"
#include "platform/config/soc_config.hpp"
#include "platform/energy/energy_report.hpp"
#include "platform/platform.hpp"
#include "sim/check.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* program_version = EDGEBERT_VERSION;
inline constexpr const char* run_schema = "edgebert-run-1";

/// What the accelerator's domain ran at; zeros if its clock cannot change.
struct PointReport {
  double hertz = 0;
  double volts = 0;
};

/// A value of the configuration, as `edgebert-sim config` shows it.
struct ConfiguredValue {
  std::string key;
  std::string value;
  std::string origin;  ///< "default", "timing.preset", "--set" or FILE:LINE, without the file's folder
};

struct SentenceReport {
  std::string text;
  std::size_t task = 0;  ///< of RunReport::tasks
  std::optional<std::uint32_t> label;
  std::uint32_t prediction = 0;
  std::vector<double> logits;
  std::uint32_t exit_layer = 0;
  std::vector<double> entropy;                   ///< nats, one a computed layer
  std::optional<std::uint32_t> predicted_layer;  ///< where firmware expected to exit, if it predicted
  std::vector<PointReport> points;               ///< one a computed layer
  bool deadline_missed = false;                  ///< the answer came later than exit.deadline
  bool deadline_infeasible = false;              ///< firmware found that all layers at the top do not meet it
  std::uint64_t tokens = 0;
  std::uint64_t cycles = 0;  ///< accelerator cycles
  double seconds = 0;        ///< simulated
  std::uint64_t instructions = 0;
  std::vector<UnitReport> units;
  std::vector<OperatorReport> operators;  ///< by layer, then in the order of `Operator`
  energy::EnergyReport energy;            ///< empty without an energy table
  double host_seconds = 0;                ///< wall time of its simulation
};

struct RunReport {
  SocConfig soc;
  std::string config_file;
  std::string config_hash;
  std::vector<ConfiguredValue> configuration;  ///< every key, in the schema's order
  std::string model_file;
  std::string model_hash;
  std::string firmware_hash;
  std::string predictor_hash;  ///< of the exit table; empty if no exits are predicted
  std::string inputs_hash;     ///< of the sentences, labels and tasks
  std::vector<TaskProperties> tasks;
  std::uint32_t layers = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
  std::uint32_t sequence = 0;
  bool data_set = false;  ///< the text report is a summary
  bool checked = false;
  bool show_operators = false;  ///< the text report has a row for each operator

  std::optional<energy::EnergyTable> energy_table;  ///< nothing: no energy, no area
  double volts = 0;                                 ///< of the accelerator's domain
  energy::AreaReport area;
  reram::MacroUse envm{};  ///< cells of the eNVM
  FaultReport faults;
  std::vector<MemoryUse> memories;  ///< at the end of the run

  std::vector<SentenceReport> sentences;
  CheckResult checks;

  double wall_seconds = 0;
  double peak_memory_mib = 0;
  std::string program_hash;  ///< of the executable; empty if no JSON is asked for

  /// The share of labelled sentences that were predicted right; nothing without labels.
  std::optional<double> accuracy() const;
  /// Of one task's sentences.
  std::optional<double> accuracy(std::size_t task) const;
  double average_exit_layer() const;
  std::size_t missed_deadlines() const;
  std::size_t infeasible_deadlines() const;
  std::uint64_t cycles() const;  ///< accelerator cycles of all sentences, as are the following
  double simulated_seconds() const;
  std::uint64_t instructions() const;
  std::vector<UnitReport> units() const;
  std::vector<OperatorReport> operators() const;
  energy::EnergyReport energy() const;
  /// A class's name, or its number.
  std::string label_name(std::size_t task, std::uint32_t label) const;
};

/// A counter summed over all units that have it.
std::uint64_t counted(const std::vector<UnitReport>& units, std::string_view counter);

/// A unit's identifier as a person writes it: "processing unit".
std::string spelled(std::string unit);

/// The report a person reads, at most 100 columns wide.
std::string text_of(const RunReport& report, const Style& style);

/// The report a program reads: JSON, one object, docs/run_json.md. Only "host" may differ between two runs.
std::string json_of(const RunReport& report);

}  // namespace edgebert::sim
