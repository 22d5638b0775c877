// SPDX-License-Identifier: Apache-2.0
// edgebert-sim run: sentences through one elaborated platform. Everything that can be refused without
// simulating is refused before the platform is built.
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "contract/model_image.hpp"
#include "golden/cache.hpp"
#include "golden/encoder.hpp"
#include "model/tokenizer.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/locate.hpp"
#include "platform/config/text.hpp"
#include "platform/platform.hpp"
#include "platform/rv32/elf.hpp"
#include "sim/check.hpp"
#include "sim/commands.hpp"
#include "sim/exit_codes.hpp"
#include "sim/inputs.hpp"
#include "sim/run_report.hpp"
#include "sim/schedule_check.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* default_firmware = "edgebert-firmware.elf";

/// Where the program's own files are: beside it as built, or in share/ as installed.
std::vector<fs::path> data_folders() {
  const fs::path program = fs::canonical("/proc/self/exe").parent_path();
  return {program / "images", program, program / ".." / "share" / "edgebert"};
}

/// A file the command line names, or else one the configuration names.
fs::path file_for(const std::optional<fs::path>& option, const std::string& configured,
                  const fs::path& config, const char* what, Failure failure) {
  if (option) return *option;
  if (configured.empty()) {
    throw Error(failure, fmt::format("cannot find {}: {} names none; use the option or the key '{}'", what,
                                     config.string(), failure == Failure::image ? "model" : "firmware"));
  }
  std::vector<fs::path> folders = data_folders();
  folders.insert(folders.begin(), fs::absolute(config).parent_path());
  return config::locate(configured, folders, what, failure);
}

bool runs_own_firmware(const RunOptions& options, const SocConfig& soc) {
  return !options.firmware && soc.firmware.empty();
}

fs::path firmware_for(const RunOptions& options, const SocConfig& soc) {
  if (runs_own_firmware(options, soc)) {
    return config::locate(default_firmware, data_folders(), "firmware", Failure::firmware);
  }
  return file_for(options.firmware, soc.firmware, options.config, "firmware", Failure::firmware);
}

std::vector<Sentence> sentences_for(const RunOptions& options) {
  const int given = options.text.has_value() + options.file.has_value() + options.data_set.has_value();
  if (given != 1) throw Error(Failure::usage, "run: give exactly one of --text, --file and --dataset");
  if (options.text) return {sentence_of_text(*options.text)};
  if (options.file) return sentences_of_file(*options.file);
  return sentences_of_dataset(*options.data_set, options.limit);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void warn(const std::string& message) {
  print_error(fmt::format("edgebert-sim: warning: {}\n", printable(message)));
}

std::vector<model::Encoding> encode(const std::vector<Sentence>& sentences, const ModelImage& image) {
  const ModelDescriptor& model = image.descriptor();
  const model::Tokenizer tokenizer(image);
  std::vector<model::Encoding> encodings;
  for (const Sentence& sentence : sentences) {
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

SentenceReport report_of(const Sentence& sentence, const model::Encoding& encoding,
                         const SentenceResult& answer) {
  const mailbox::Result& result = answer.result;
  SentenceReport report;
  report.text = sentence.text;
  report.label = sentence.label;
  report.prediction = result.prediction;
  report.exit_layer = result.exit_layer;
  for (std::uint32_t i = 0; i < result.classes; ++i) {
    report.logits.push_back(result.logits[i] / static_cast<double>(1 << working_fraction_bits));
  }
  for (std::uint32_t i = 0; i < result.layers; ++i) {
    report.entropy.push_back(result.entropy[i] / static_cast<double>(1 << entropy_fraction_bits));
  }
  report.tokens = encoding.ids.size();
  report.cycles = answer.cycles;
  report.seconds = answer.seconds;
  report.instructions = answer.instructions;
  report.units = answer.units;
  report.operators = answer.operators;
  return report;
}

RunReport describe(const RunOptions& options, const config::Loaded& loaded, const ModelImage& image,
                   const fs::path& model_file) {
  const ModelDescriptor& model = image.descriptor();
  RunReport report;
  report.soc = loaded.soc;
  report.config_file = options.config.string();
  report.config_hash = loaded.hash;
  report.model_file = model_file.filename().string();
  report.model_hash = image.hash();
  report.labels = image.labels();
  report.layers = model.layers;
  report.hidden = model.hidden;
  report.heads = model.heads;
  report.sequence = model.sequence;
  report.data_set = options.data_set.has_value();
  report.checked = options.check;
  report.show_operators = options.operators;
  return report;
}

/// Golden's side of --check.
class Checker {
 public:
  Checker(const ModelImage& image, const std::optional<fs::path>& cache, std::uint32_t exit_threshold)
      : model_(image), exit_threshold_(exit_threshold) {
    if (cache) cache_.emplace(*cache);
  }

  void begin(const model::Encoding& encoding) {
    sentence_.emplace(model_, cache_ ? &*cache_ : nullptr, encoding.ids, encoding.first_segment,
                      exit_threshold_);
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
  golden::Model model_;
  std::optional<golden::Cache> cache_;
  std::uint32_t exit_threshold_;
  std::optional<SentenceCheck> sentence_;
};

void simulate(Platform& platform, Checker* checker, const std::vector<Sentence>& sentences,
              const std::vector<model::Encoding>& encodings, RunReport& report) {
  platform.on_console(
      [](std::string_view line) { print_error(fmt::format("firmware: {}\n", printable(line))); });
  if (checker != nullptr) {
    platform.on_tile([checker](const Tile& tile) { checker->take(tile); });
  }
  Progress progress(report.data_set ? sentences.size() : 0);
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    if (checker != nullptr) checker->begin(encodings[i]);
    const Clock::time_point start = Clock::now();
    const SentenceResult answer = platform.classify(encodings[i].ids, encodings[i].first_segment);
    const double host_seconds = seconds_since(start);
    if (checker != nullptr) report.checks += checker->finish(answer.result, i);
    report.sentences.push_back(report_of(sentences[i], encodings[i], answer));
    report.sentences.back().host_seconds = host_seconds;
    progress.step();
  }
  platform.shut_down();
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void write_reports(const RunReport& report, const std::optional<std::string>& json) {
  if (json == "-") {
    print(json_of(report));
    return;
  }
  print(text_of(report, style_of(STDOUT_FILENO)));
  if (!json) return;
  const std::string text = json_of(report);
  write_file(*json, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

int run(const RunOptions& options) {
  const Clock::time_point start = Clock::now();
  if (options.limit && !options.data_set) throw Error(Failure::usage, "run: --limit needs --dataset");
  if (options.golden_cache && !options.check)
    throw Error(Failure::usage, "run: --golden-cache needs --check");
  const std::vector<Sentence> sentences = sentences_for(options);
  const config::Loaded loaded = config::load(options.config, options.overrides);

  const fs::path model_file =
      file_for(options.model, loaded.soc.model, options.config, "model image", Failure::image);
  const ModelImage image = ModelImage::read(model_file);
  const std::vector<model::Encoding> encodings = encode(sentences, image);
  const fs::path firmware_file = firmware_for(options, loaded.soc);
  if (options.json && *options.json != "-") {
    check_output(*options.json, {options.config, options.file.value_or(""), options.data_set.value_or(""),
                                 model_file, firmware_file});
  }
  const std::vector<std::uint8_t> firmware_bytes = read_file(firmware_file, "firmware", Failure::firmware);
  const rv32::ElfFile firmware = rv32::ElfFile::parse(firmware_bytes, firmware_file.string());

  if (runs_own_firmware(options, loaded.soc)) check_schedule(image.descriptor(), loaded.soc);

  RunReport report = describe(options, loaded, image, model_file);
  report.firmware_hash = sha256_of(firmware_bytes);
  std::optional<Checker> checker;
  if (options.check) checker.emplace(image, options.golden_cache, exit_threshold_word(loaded.soc));
  Platform platform(loaded.soc, image, firmware);
  simulate(platform, checker ? &*checker : nullptr, sentences, encodings, report);

  report.wall_seconds = seconds_since(start);
  report.peak_memory_mib = peak_memory_mib();
  write_reports(report, options.json);
  return report.checks.mismatches == 0 ? 0 : exit_code_of(Failure::mismatch);
}

}  // namespace edgebert::sim
