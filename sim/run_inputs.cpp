// SPDX-License-Identifier: Apache-2.0
#include "sim/run_inputs.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "contract/file.hpp"
#include "platform/config/locate.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

constexpr const char* default_firmware = "edgebert-firmware.elf";

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

}  // namespace

std::vector<fs::path> data_folders() {
  const fs::path program = program_file().parent_path();
  const fs::path installed = program / ".." / "share" / "edgebert";
  return {program / "images", program / "configs", program, installed / "configs", installed};
}

fs::path config_file_for(const fs::path& name) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  for (const fs::path& folder : data_folders()) {
    const fs::path shipped = (folder / name).lexically_normal();
    if (fs::is_regular_file(shipped, ignored)) return shipped;
  }
  return name;
}

std::vector<Sentence> sentences_for(const RunOptions& options, const char* command) {
  const int given = options.text.has_value() + options.file.has_value() + options.data_set.has_value();
  if (given != 1) {
    throw Error(Failure::usage, fmt::format("{}: give exactly one of --text, --file and --dataset", command));
  }
  if (options.limit && !options.data_set)
    throw Error(Failure::usage, fmt::format("{}: --limit needs --dataset", command));
  std::vector<Sentence> sentences;
  if (options.text) sentences = {sentence_of_text(*options.text)};
  if (options.file) sentences = sentences_of_file(*options.file);
  if (options.data_set) sentences = sentences_of_dataset(*options.data_set, options.limit);
  if (options.task && !sentences.front().task.empty())
    throw Error(Failure::usage,
                fmt::format("{}: the data set has a column of tasks; leave out --task", command));
  for (Sentence& sentence : sentences) sentence.task = options.task.value_or(sentence.task);
  return sentences;
}

std::vector<std::size_t> tasks_of(const std::vector<Sentence>& sentences, const ModelImage& image) {
  const std::vector<Task>& tasks = image.tasks();
  std::vector<std::string> names;
  for (const Task& each : tasks) names.push_back(each.name);
  std::vector<std::size_t> numbers;
  for (const Sentence& sentence : sentences) {
    const std::string& name = sentence.task;
    const auto found = std::ranges::find(names, name);
    if (name.empty() && tasks.size() == 1) {
      numbers.push_back(0);
    } else if (name.empty()) {
      throw Error(Failure::usage, fmt::format("{}: the model has the tasks {}; name one with --task",
                                              sentence.place, fmt::join(names, ", ")));
    } else if (found == names.end()) {
      throw Error(Failure::input, fmt::format("{}: the model has no task '{}'; it has {}", sentence.place,
                                              name, fmt::join(names, ", ")));
    } else {
      numbers.push_back(static_cast<std::size_t>(found - names.begin()));
    }
  }
  return numbers;
}

std::string hash_of(const std::vector<Sentence>& sentences) {
  std::string canonical;
  for (const Sentence& sentence : sentences) {
    const std::string label = sentence.label ? std::to_string(*sentence.label) : "-";
    canonical += fmt::format("{} {} {}\n", label, sentence.text.size(), sentence.text);
    if (!sentence.task.empty()) canonical += fmt::format("task {}\n", sentence.task);
  }
  return sha256_of({reinterpret_cast<const std::uint8_t*>(canonical.data()), canonical.size()});
}

fs::path model_file_for(const RunOptions& options, const SocConfig& soc) {
  return file_for(options.model, soc.model, options.config, "model image", Failure::image);
}

bool runs_own_firmware(const RunOptions& options, const SocConfig& soc) {
  return !options.firmware && soc.firmware.empty();
}

fs::path firmware_file_for(const RunOptions& options, const SocConfig& soc) {
  if (runs_own_firmware(options, soc)) {
    return config::locate(default_firmware, data_folders(), "firmware", Failure::firmware);
  }
  return file_for(options.firmware, soc.firmware, options.config, "firmware", Failure::firmware);
}

std::optional<fs::path> energy_table_file_for(const RunOptions& options, const SocConfig& soc) {
  if (soc.energy.table.empty()) return std::nullopt;
  return file_for(std::nullopt, soc.energy.table, options.config, "energy table", Failure::config);
}

std::optional<fs::path> predictor_file_for(const fs::path& config, const SocConfig& soc) {
  if (!mailbox::predicts(soc.exit.policy)) return std::nullopt;
  if (soc.predictor.empty()) {
    throw Error(Failure::config,
                fmt::format("cannot predict exits: {} names no exit table; give exit.predictor, or an "
                            "exit.policy that does not predict",
                            config.string()));
  }
  std::vector<fs::path> folders = data_folders();
  folders.insert(folders.begin(), fs::absolute(config).parent_path());
  return config::locate(soc.predictor, folders, "exit table", Failure::input);
}

fs::path program_file() {
  return fs::canonical("/proc/self/exe");
}

}  // namespace edgebert::sim
