// SPDX-License-Identifier: Apache-2.0
// edgebert-sim run: sentences through one elaborated platform. Everything that can be refused without
// simulating is refused before the platform is built.
#include <chrono>
#include <cstdio>
#include <span>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "contract/model_image.hpp"
#include "golden/cache.hpp"
#include "golden/encoder.hpp"
#include "model/tokenizer.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/text.hpp"
#include "platform/energy/soc_size.hpp"
#include "platform/envm_contents.hpp"
#include "platform/platform.hpp"
#include "platform/rv32/elf.hpp"
#include "sim/check.hpp"
#include "sim/commands.hpp"
#include "sim/exit_codes.hpp"
#include "sim/exit_table.hpp"
#include "sim/instrument_options.hpp"
#include "sim/profile_report.hpp"
#include "sim/run_inputs.hpp"
#include "sim/run_report.hpp"
#include "sim/schedule_check.hpp"
#include "sim/tensor_dump.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void warn(const std::string& message) {
  print_error(fmt::format("edgebert-sim: warning: {}\n", printable(message)));
}

/// @param tasks  of the sentences, by number
std::vector<model::Encoding> encode(const std::vector<Sentence>& sentences,
                                    const std::vector<std::size_t>& tasks, const ModelImage& image) {
  const model::Tokenizer tokenizer(image);
  std::vector<model::Encoding> encodings;
  for (const Sentence& sentence : sentences) {
    const ModelDescriptor& model = image.tasks()[tasks[encodings.size()]].descriptor;
    if (sentence.label && *sentence.label >= model.classes) {
      throw Error(Failure::input, fmt::format("{}: label {}, but the model has {} classes", sentence.place,
                                              *sentence.label, model.classes));
    }
    try {
      encodings.push_back(tokenizer.encode(sentence.text, model.sequence));
    } catch (const Error& error) {
      throw Error(error.failure(), fmt::format("{}: {}", sentence.place, error.what()));
    }
    if (encodings.back().truncated_from != 0) {
      warn(fmt::format("{}: {} tokens, but the model takes {}; the rest was cut off", sentence.place,
                       encodings.back().truncated_from, model.sequence));
    }
  }
  return encodings;
}

SentenceReport report_of(const Sentence& sentence, std::size_t task, const model::Encoding& encoding,
                         const SentenceResult& answer) {
  const mailbox::Result& result = answer.result;
  SentenceReport report;
  report.text = sentence.text;
  report.task = task;
  report.label = sentence.label;
  report.prediction = result.prediction;
  report.exit_layer = result.exit_layer;
  for (std::uint32_t i = 0; i < result.classes; ++i) {
    report.logits.push_back(result.logits[i] / static_cast<double>(1 << working_fraction_bits));
  }
  for (std::uint32_t i = 0; i < result.layers; ++i) {
    report.entropy.push_back(result.entropy[i] / static_cast<double>(1 << entropy_fraction_bits));
  }
  if (result.predicted_layer != 0) report.predicted_layer = result.predicted_layer;
  for (std::uint32_t i = 0; i < result.layers; ++i) {
    const mailbox::LayerRecord& layer = result.layer[i];
    report.points.push_back({.hertz = layer.frequency * 1e3, .volts = layer.voltage / 1e6});
  }
  report.deadline_missed = answer.deadline_missed;
  report.deadline_infeasible = (result.flags & mailbox::result_flags::deadline_infeasible) != 0;
  report.tokens = encoding.ids.size();
  report.cycles = answer.cycles;
  report.seconds = answer.seconds;
  report.instructions = answer.instructions;
  report.units = answer.units;
  report.operators = answer.operators;
  report.energy = answer.energy;
  return report;
}

RunReport describe(const RunOptions& options, const config::Loaded& loaded, const ModelImage& image,
                   const fs::path& model_file) {
  const ModelDescriptor& model = image.descriptor();
  RunReport report;
  report.soc = loaded.soc;
  report.config_file = options.config.string();
  report.config_hash = loaded.hash;
  for (const config::Resolved& value : loaded.values)
    report.configuration.push_back({value.key->path, value.text, fs::path(value.origin).filename().string()});
  report.model_file = model_file.filename().string();
  report.model_hash = image.hash();
  report.tasks.assign(image.tasks().begin(), image.tasks().end());
  report.layers = model.layers;
  report.hidden = model.hidden;
  report.heads = model.heads;
  report.sequence = model.sequence;
  report.data_set = options.data_set.has_value();
  report.envm = envm_use(image, loaded.soc);
  report.checked = options.check;
  report.show_operators = options.operators;
  return report;
}

/// Golden's side of --check.
class Checker {
 public:
  /// @param models  one a task
  Checker(std::span<const golden::Model> models, const std::optional<fs::path>& cache, golden::ExitRule rule)
      : models_(models), rule_(std::move(rule)) {
    if (cache) cache_.emplace(*cache);
  }

  void begin(const model::Encoding& encoding, std::size_t task) {
    sentence_.emplace(models_[task], cache_ ? &*cache_ : nullptr, encoding.ids, encoding.first_segment,
                      rule_);
  }
  void take(const Tile& tile) {
    if (sentence_) sentence_->take(tile);
  }
  CheckResult finish(const mailbox::Result& result, std::size_t index) {
    CheckResult found = sentence_->finish(result);
    if (!found.first.empty()) found.first = fmt::format("sentence {}: {}", index, found.first);
    sentence_.reset();
    return found;
  }

 private:
  std::span<const golden::Model> models_;
  std::optional<golden::Cache> cache_;
  golden::ExitRule rule_;
  std::optional<SentenceCheck> sentence_;
};

/// Those who look at tiles, and do so at the same ones.
struct TileReaders {
  Checker* checker = nullptr;  ///< nothing without --check
  TensorDump* dump = nullptr;  ///< nothing without --dump

  bool any() const { return checker != nullptr || dump != nullptr; }
  void begin(const model::Encoding& encoding, std::size_t task) {
    if (checker != nullptr) checker->begin(encoding, task);
    if (dump != nullptr) dump->begin(task, encoding.ids, encoding.first_segment);
  }
  void take(const Tile& tile) {
    if (checker != nullptr) checker->take(tile);
    if (dump != nullptr) dump->take(tile);
  }
  void finish(const mailbox::Result& result, std::size_t index, RunReport& report) {
    if (checker != nullptr) report.checks += checker->finish(result, index);
    if (dump != nullptr && dump->finish(index) == 0)
      warn(fmt::format("sentence {}: the platform computed no tensor that --dump asks for", index));
  }
};

void simulate(Platform& platform, TileReaders readers, RunTraces& traces,
              const std::vector<Sentence>& sentences, const std::vector<std::size_t>& tasks,
              const std::vector<model::Encoding>& encodings, RunReport& report) {
  if (readers.any()) {
    platform.on_tile([&readers](const Tile& tile) { readers.take(tile); });
  }
  Progress progress(report.data_set ? sentences.size() : 0);
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    readers.begin(encodings[i], tasks[i]);
    traces.begin_sentence(sentences[i].text);
    const Clock::time_point start = Clock::now();
    const SentenceResult answer = platform.classify(encodings[i].ids, encodings[i].first_segment, tasks[i]);
    const double host_seconds = seconds_since(start);
    readers.finish(answer.result, i, report);
    report.sentences.push_back(report_of(sentences[i], tasks[i], encodings[i], answer));
    report.sentences.back().host_seconds = host_seconds;
    progress.step();
  }
  platform.shut_down();
}

/// Reads the energy table and refuses one that lacks what this SoC needs.
void prepare_energy(const RunOptions& options, RunReport& report) {
  const auto file = energy_table_file_for(options, report.soc);
  if (!file) return;
  report.energy_table = energy::with_dvfs_rows(energy::EnergyTable::load(*file), report.soc);
  report.volts = energy::supply_volts(report.soc);
  energy::check_rows(report.soc, *report.energy_table, report.volts);
  report.area = energy::area_of(report.soc, *report.energy_table);
}

/// Writes the profile's file if there is to be one. @return what the text report says of it
std::string report_profile(const debug::ProfileReport& profile, const RunOptions& options,
                           const Style& style) {
  if (options.profile_file) {
    const std::string json = json_of(profile);
    write_file(*options.profile_file, {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()},
               Durability::flushed);
  }
  return options.json == "-" ? "" : text_of(profile, style);
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Firmware asks for KEEP, channel biases, GELU and wide results; the published arithmetic has none of them,
/// and its products wrap.
void check_numerics(const SocConfig& soc) {
  if (soc.numerics == NumericsPreset::exact) return;
  throw Error(
      Failure::config,
      "cannot run a network with numerics published-cmodel: its 16-bit products wrap, and it lacks what "
      "firmware needs; it is a compatibility mode of replay-vectors; use --set numerics=exact");
}

}  // namespace

int run(const RunOptions& options) {
  const Clock::time_point start = Clock::now();
  if (options.golden_cache && !options.check)
    throw Error(Failure::usage, "run: --golden-cache needs --check");
  if (options.dump.empty() == options.dump_folder.has_value())
    throw Error(Failure::usage, "run: --dump and --dump-dir need each other");
  const std::vector<Sentence> sentences = sentences_for(options, "run");
  const config::Loaded loaded = config::load(options.config, options.overrides);
  check_numerics(loaded.soc);

  const fs::path model_file = model_file_for(options, loaded.soc);
  const ModelImage image = ModelImage::read(model_file);
  const std::vector<std::size_t> tasks = tasks_of(sentences, image);
  const std::vector<model::Encoding> encodings = encode(sentences, tasks, image);
  const std::optional<fs::path> predictor_file = predictor_file_for(options.config, loaded.soc);
  ExitPredictor predictor;
  if (predictor_file)
    predictor = read_exit_table(*predictor_file, loaded.soc.exit.predict_layer, image.descriptor().layers);
  const fs::path firmware_file = firmware_file_for(options, loaded.soc);
  const std::vector<fs::path> inputs = {
      options.config, options.file.value_or(""),  options.data_set.value_or(""), model_file,
      firmware_file,  predictor_file.value_or("")};
  if (options.json && *options.json != "-") check_output(*options.json, inputs);
  if (options.profile_file) check_output(*options.profile_file, inputs);
  if (options.trace) check_output(*options.trace, inputs);
  if (options.vcd) {
    check_output(*options.vcd, inputs);
    check_output(tracing::save_file_of(*options.vcd), inputs);
  }
  const std::vector<std::uint8_t> firmware_bytes = read_file(firmware_file, "firmware", Failure::firmware);
  const rv32::ElfFile firmware = rv32::ElfFile::parse(firmware_bytes, firmware_file.string());

  if (runs_own_firmware(options, loaded.soc)) {
    for (const Task& task : image.tasks()) check_schedule(task.descriptor, loaded.soc);
  }

  RunReport report = describe(options, loaded, image, model_file);
  report.firmware_hash = sha256_of(firmware_bytes);
  if (predictor_file) report.predictor_hash = sha256_of(read_file(*predictor_file, "exit table"));
  report.inputs_hash = hash_of(sentences);
  prepare_energy(options, report);
  std::vector<golden::Model> golden;  // one a task
  if (options.check || options.dump_folder) {
    for (std::size_t task = 0; task < image.tasks().size(); ++task) golden.emplace_back(image, task);
  }
  std::optional<Checker> checker;
  if (options.check) checker.emplace(golden, options.golden_cache, exit_rule(loaded.soc, predictor));
  std::optional<TensorDump> dump;
  if (options.dump_folder) {
    dump.emplace(golden, *options.dump_folder, tensors_to_dump(options.dump, image.descriptor().layers));
  }
  RunInstruments instruments(options, firmware);
  instruments.traces().describe(report);
  Platform platform(loaded.soc, image, firmware, predictor,
                    report.energy_table ? &*report.energy_table : nullptr, instruments.instruments());
  report.faults = platform.faults();
  simulate(platform, {checker ? &*checker : nullptr, dump ? &*dump : nullptr}, instruments.traces(),
           sentences, tasks, encodings, report);
  for (const std::string& line : instruments.traces().finish()) warn(line);

  report.memories = platform.memories();
  report.wall_seconds = seconds_since(start);
  report.peak_memory_mib = peak_memory_mib();
  if (options.json) report.program_hash = sha256_of(read_file(program_file(), "program"));
  const bool json_only = options.json == "-";
  std::string text = json_only ? "" : text_of(report, style_of(STDOUT_FILENO));
  if (instruments.profile() != nullptr)
    text += report_profile(instruments.profile()->report(), options, style_of(STDOUT_FILENO));
  text = fitted(text, page_width(STDOUT_FILENO));
  if (options.gdb == "stdio") {
    print_error(text);
    text.clear();
  }
  write_reports(options.json, options.json ? json_of(report) : "", text);
  return report.checks.mismatches == 0 ? 0 : exit_code_of(Failure::mismatch);
}

}  // namespace edgebert::sim
