// SPDX-License-Identifier: Apache-2.0
#include "sim/study/study_runs.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "platform/config/loader.hpp"
#include "platform/config/locate.hpp"
#include "sim/run_inputs.hpp"
#include "sim/sweep/launcher.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* report_name = "result.json";

/// Any sentence: cycles depend on the padded length alone.
constexpr const char* sentence = "--text=a gorgeous , witty , seductive movie .";

/// Small enough for a test, large enough to use every unit.
const std::vector<std::string> quick_geometry = {"--hidden=96",    "--heads=12",       "--intermediate=192",
                                                 "--embedding=32", "--vocabulary=500", "--sequence=32"};

constexpr unsigned quick_sentences = 40;

fs::path temporary_folder() {
  std::string name = (fs::temp_directory_path() / "edgebert-study-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw Error(Failure::input, fmt::format("study: cannot make a folder in '{}'; use --out",
                                            fs::temp_directory_path().string()));
  return name;
}

fs::path made_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code || !fs::is_directory(folder))
    throw Error(Failure::input, fmt::format("study: cannot make the folder '{}': {}", folder.string(),
                                            code ? code.message() : "there is a file of this name"));
  return folder;
}

bool sets(const std::vector<std::string>& overrides, const std::string& key) {
  return std::ranges::any_of(overrides, [&](const std::string& set) { return set.starts_with(key + "="); });
}

}  // namespace

StudyRuns::StudyRuns(const StudyOptions& options, fs::path config)
    : options_(options),
      config_(fs::absolute(std::move(config))),
      folder_(options.output ? made_folder(fs::absolute(*options.output)) : temporary_folder()) {}

StudyRuns::~StudyRuns() {
  std::error_code ignored;  // what cannot be removed stays in the temporary folder
  if (!options_.output) fs::remove_all(folder_, ignored);
}

fs::path StudyRuns::file(const std::string& name) {
  return config::locate(name, data_folders(), "file of the study", Failure::input);
}

fs::path StudyRuns::shipped_model() const {
  RunOptions run;
  run.config = config_;
  return model_file_for(run, soc());
}

std::vector<std::string> StudyRuns::with_settings(const std::vector<std::string>& overrides) const {
  std::vector<std::string> all = options_.overrides;
  all.insert(all.end(), overrides.begin(), overrides.end());
  if (!sets(all, "exit.policy")) all.emplace_back("exit.policy=base");
  return all;
}

SocConfig StudyRuns::soc(const std::vector<std::string>& overrides) const {
  return config::load(config_, with_settings(overrides)).soc;
}

void StudyRuns::finish(const std::vector<ReportCommand>& commands) {
  std::vector<Task> tasks;
  for (const ReportCommand& command : commands)
    tasks.push_back({made_folder(folder_ / command.name), command.arguments, std::nullopt});
  std::optional<std::string> failure;
  Progress progress(tasks.size(), "runs");
  const auto launcher =
      make_local_launcher(options_.jobs.value_or(std::max(1u, std::thread::hardware_concurrency())));
  const bool ended = launcher->run(tasks, [&](std::size_t task, const Outcome& outcome) {
    if (outcome.status != status_done && !failure)
      failure = fmt::format("study: '{}' failed: {}: {}", commands[task].name, outcome.status, outcome.error);
    progress.step();
  });
  if (!ended) throw Error(Failure::interrupted, "study: interrupted");
  if (failure) throw Error(Failure::points, *failure);
}

std::vector<fs::path> StudyRuns::make(const std::vector<RandomModel>& models) {
  std::vector<ReportCommand> generate;
  std::vector<ReportCommand> compile;
  std::vector<fs::path> images;
  for (const RandomModel& model : models) {
    const fs::path checkpoint = folder_ / (model.name + ".checkpoint");
    images.push_back(folder_ / (model.name + ".image"));
    generate.push_back({model.name + ".generate", {"generate", "--output=" + checkpoint.string()}});
    std::vector<std::string>& arguments = generate.back().arguments;
    if (quick()) arguments.insert(arguments.end(), quick_geometry.begin(), quick_geometry.end());
    arguments.insert(arguments.end(), model.arguments.begin(), model.arguments.end());
    compile.push_back(
        {model.name + ".compile",
         {"compile", "--checkpoint=" + checkpoint.string(), "--output=" + images.back().string()}});
    compile.back().arguments.insert(compile.back().arguments.end(), model.compile.begin(),
                                    model.compile.end());
  }
  finish(generate);
  finish(compile);
  return images;
}

std::vector<Json> StudyRuns::run(const std::vector<ReportCommand>& commands) {
  std::vector<ReportCommand> reporting = commands;
  for (ReportCommand& command : reporting) command.arguments.push_back(fmt::format("--json={}", report_name));
  finish(reporting);
  std::vector<Json> reports;
  for (const ReportCommand& command : commands) {
    const auto bytes = read_file(folder_ / command.name / report_name, "report");
    reports.push_back(Json::parse(bytes));
    done_.push_back(
        {command.name, reports.back().value("config_hash", ""), reports.back().value("model_hash", "")});
  }
  return reports;
}

std::vector<std::string> StudyRuns::sentence_arguments(const std::vector<std::string>& overrides) const {
  soc(overrides);
  std::vector<std::string> arguments = {"run", config_.string()};
  for (const std::string& setting : with_settings(overrides)) arguments.push_back("--set=" + setting);
  return arguments;
}

std::vector<Json> StudyRuns::run(const std::vector<SentenceRun>& sentences) {
  std::vector<ReportCommand> commands;
  for (const SentenceRun& run : sentences) {
    commands.push_back({run.name, sentence_arguments(run.overrides)});
    commands.back().arguments.push_back("--model=" + fs::absolute(run.model).string());
    commands.back().arguments.emplace_back(sentence);
  }
  return run(commands);
}

std::vector<Json> StudyRuns::run(const std::vector<ReplayRun>& replays) {
  std::vector<ReportCommand> commands;
  for (const ReplayRun& run : replays) {
    soc(run.overrides);
    commands.push_back({run.name,
                        {"replay-entropies", config_.string(), "--model=" + fs::absolute(run.model).string(),
                         "--entropies=" + run.log.string(), "--lut=" + run.table.string()}});
    std::vector<std::string>& arguments = commands.back().arguments;
    if (quick()) arguments.push_back(fmt::format("--limit={}", quick_sentences));
    for (const std::string& setting : with_settings(run.overrides)) arguments.push_back("--set=" + setting);
  }
  return run(commands);
}

}  // namespace edgebert::sim
