// SPDX-License-Identifier: Apache-2.0
// edgebert-sim sweep: resolve every point, run those without a result, write the tables.
#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/file.hpp"
#include "contract/model_image.hpp"
#include "platform/config/loader.hpp"
#include "platform/envm_contents.hpp"
#include "sim/commands.hpp"
#include "sim/exit_codes.hpp"
#include "sim/run_inputs.hpp"
#include "sim/run_report.hpp"
#include "sim/sweep/campaign.hpp"
#include "sim/sweep/folder_lock.hpp"
#include "sim/sweep/tables.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

/// Files that several points share, each read once.
class SharedFiles {
 public:
  const std::string& of_model(const fs::path& file) { return image(file).hash(); }
  const ModelImage& image(const fs::path& file) {
    const auto found = images_.find(file);
    return found != images_.end() ? found->second
                                  : images_.emplace(file, ModelImage::read(file)).first->second;
  }
  const std::string& of_firmware(const fs::path& file) {
    return once(file, [&] { return sha256_of(read_file(file, "firmware", Failure::firmware)); });
  }

 private:
  template <typename Compute>
  const std::string& once(const fs::path& file, const Compute& compute) {
    const auto found = hashes_.find(file);
    return found != hashes_.end() ? found->second : hashes_.emplace(file, compute()).first->second;
  }
  std::map<fs::path, std::string> hashes_;
  std::map<fs::path, ModelImage> images_;
};

/// What a point's process is told besides its configuration. Paths are absolute: it runs in its own folder.
std::vector<std::string> arguments_of(const RunOptions& options) {
  const auto absolute = [](const fs::path& path) { return fs::absolute(path).string(); };
  std::vector<std::string> arguments = {"run", config_name, std::string("--json=") + result_name};
  if (options.text) arguments.push_back("--text=" + *options.text);
  if (options.file) arguments.push_back("--file=" + absolute(*options.file));
  if (options.data_set) arguments.push_back("--dataset=" + absolute(*options.data_set));
  if (options.limit) arguments.push_back(fmt::format("--limit={}", *options.limit));
  if (options.task) arguments.push_back("--task=" + *options.task);
  if (options.check) arguments.emplace_back("--check");
  if (options.golden_cache) arguments.push_back("--golden-cache=" + absolute(*options.golden_cache));
  return arguments;
}

class Sweep {
 public:
  explicit Sweep(const SweepOptions& options) : options_(options), output_(fs::absolute(options.output)) {
    report_.axes = axes_of(options.point.overrides);
    report_.inputs_hash = hash_of(sentences_for(options.point, "sweep"));
    report_.checked = options.point.check;
    program_hash_ = sha256_of(read_file(program_file(), "program"));
    points_ = points_of(options.point.config, report_.axes);
    for (const Point& point : points_) report_.rows.push_back({&point, {}, {}, std::nullopt});
    report_.soc = config::load(options.point.config).soc.name;
  }

  const fs::path& output() const { return output_; }
  const SweepReport& report() const { return report_; }

  /// Finds what is done already and makes tasks of the rest.
  void prepare() {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      try {
        prepare(i);
      } catch (const Error& error) {
        report_.rows[i].outcome = {name_of(error.failure()), error.what()};
      }
    }
  }

  /// @return false if a signal ended it
  bool run(Launcher& launcher) {
    Progress progress(tasks_.size(), "points");
    const bool ended = launcher.run(tasks_, [&](std::size_t task, const Outcome& outcome) {
      finish(report_.rows[rows_of_tasks_[task]], outcome);
      follow(rows_of_tasks_[task]);
      progress.step();
    });
    if (!ended) take_what_is_there();
    return ended;
  }

  std::size_t count(bool done) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        report_.rows, [&](const SweepRow& row) { return (row.outcome.status == status_done) == done; }));
  }

  void write_tables() const {
    write("sweep.csv", csv_of(report_));
    write(sweep_json_name, json_of(report_));
  }

 private:
  fs::path folder_of(const SweepRow& row) const { return output_ / row.point->folder; }

  void prepare(std::size_t index) {
    SweepRow& row = report_.rows[index];
    const Point& point = points_[index];
    if (!point.soc) throw Error(Failure::config, point.error);
    SocConfig soc = *point.soc;
    resolve_files(soc, row.identity);
    row.identity.config_hash = point.config_hash;
    row.identity.inputs_hash = report_.inputs_hash;
    row.identity.version = program_version;
    row.identity.program_hash = program_hash_;
    row.identity.checked = report_.checked;
    const std::optional<std::size_t> twin = spared_twin(index, soc);
    std::string difference;
    if (auto result = result_in(folder_of(row), row.identity, difference)) {
      take_outcome(folder_of(row));
      take(row, std::move(*result));
      return;
    }
    Task task{folder_of(row), arguments_, options_.timeout};
    prepare_folder(task, soc);
    if (twin) {
      followers_[*twin].push_back(index);
      if (report_.rows[*twin].result) follow(*twin);
      return;
    }
    tasks_.push_back(std::move(task));
    rows_of_tasks_.push_back(index);
  }

  /// An earlier point that differs in the seed of its faults alone, if neither seed makes a cell err: it has
  /// the same result.
  std::optional<std::size_t> spared_twin(std::size_t index, const SocConfig& soc) {
    if (soc.faults.memory == FaultyMemory::none || !spared(files_.image(soc.model), soc)) return std::nullopt;
    const Identity& identity = report_.rows[index].identity;
    SocConfig seedless = soc;
    seedless.faults.seed = 0;
    const auto [first, is_new] =
        spared_.emplace(config::hash_of(seedless) + identity.model_hash + identity.firmware_hash, index);
    return is_new ? std::nullopt : std::optional(first->second);
  }

  /// What waits for a point takes its result.
  void follow(std::size_t twin) {
    const SweepRow& done = report_.rows[twin];
    for (const std::size_t index : std::exchange(followers_[twin], {})) {
      SweepRow& row = report_.rows[index];
      if (done.result)
        copy_result(folder_of(done), folder_of(row), row.identity.config_hash, row.point->soc->faults.seed);
      finish(row, done.outcome);
    }
  }

  /// The files a point's configuration names, by absolute paths, and their hashes.
  void resolve_files(SocConfig& soc, Identity& identity) {
    const RunOptions& run = options_.point;
    const fs::path model = fs::absolute(model_file_for(run, soc));
    identity.model_hash = files_.of_model(model);
    const fs::path firmware = fs::absolute(firmware_file_for(run, soc));
    identity.firmware_hash = files_.of_firmware(firmware);
    if (const auto table = energy_table_file_for(run, soc)) {
      identity.energy_table_hash = energy::EnergyTable::load(*table).hash();
      soc.energy.table = fs::absolute(*table).string();
    }
    soc.model = model.string();
    if (!runs_own_firmware(run, soc)) soc.firmware = firmware.string();
  }

  /// The result decides; the outcome says why there is none.
  void finish(SweepRow& row, const Outcome& outcome) {
    std::string difference;
    if (auto result = result_in(folder_of(row), row.identity, difference)) {
      take(row, std::move(*result));
    } else if (outcome.status == status_done) {
      row.outcome = {name_of(Failure::input), difference};
    } else {
      row.outcome = outcome;
    }
  }

  /// A result may be there whose process the launcher had not seen end.
  void take_what_is_there() {
    for (const std::size_t index : rows_of_tasks_) {
      SweepRow& row = report_.rows[index];
      if (row.outcome.status.empty()) finish(row, {});
      if (row.result) follow(index);
    }
  }

  static void take(SweepRow& row, PointResult result) {
    const auto checks = result.totals.value("checks", nlohmann::ordered_json::object());
    const auto first = checks.value("first_mismatch", nlohmann::ordered_json());
    row.outcome = {status_done, ""};
    if (checks.value("mismatches", std::uint64_t{0}) != 0)
      row.outcome = {name_of(Failure::mismatch),
                     first.is_string() ? first.get<std::string>() : "see its log"};
    row.result = std::move(result);
  }

  void write(const char* name, const std::string& text) const {
    write_file(output_ / name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
               Durability::flushed);
  }

  const SweepOptions& options_;
  fs::path output_;
  std::vector<std::string> arguments_ = arguments_of(options_.point);
  std::string program_hash_;
  SharedFiles files_;
  std::vector<Point> points_;
  SweepReport report_;
  std::vector<Task> tasks_;
  std::vector<std::size_t> rows_of_tasks_;
  std::map<std::string, std::size_t> spared_;  ///< the first point of its kind without a faulty cell
  std::map<std::size_t, std::vector<std::size_t>> followers_;  ///< points that take another's result
};

void check_options(const RunOptions& options) {
  if (options.golden_cache && !options.check)
    throw Error(Failure::usage, "sweep: --golden-cache needs --check");
  const bool sets_model = std::ranges::any_of(
      options.overrides, [](const std::string& setting) { return setting.starts_with("model="); });
  if (options.model && sets_model)
    throw Error(Failure::usage, "sweep: give --model or --set model=, not both");
}

void make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code && fs::is_directory(folder)) return;
  throw Error(Failure::input, fmt::format("cannot make the folder '{}': {}", folder.string(),
                                          code ? code.message() : "there is a file of this name"));
}

std::unique_ptr<Launcher> launcher_for(const SweepOptions& options, const fs::path& folder) {
  if (options.launcher == LauncherKind::slurm) return make_slurm_launcher(folder, options.jobs);
  return make_local_launcher(options.jobs.value_or(std::max(1u, std::thread::hardware_concurrency())));
}

}  // namespace

int sweep(const SweepOptions& options) {
  check_options(options.point);
  Sweep sweep(options);
  make_folder(sweep.output());
  const FolderLock lock(sweep.output());
  end_abandoned_jobs(sweep.output());
  sweep.prepare();
  const bool ended = sweep.run(*launcher_for(options, sweep.output()));
  const std::size_t points = sweep.report().rows.size();
  if (!ended) {
    throw Error(Failure::interrupted,
                fmt::format("sweep: interrupted; {} of {} points are done, the same command goes on",
                            sweep.count(true), points));
  }
  const Style style = style_of(STDOUT_FILENO);
  print(text_of(sweep.report(), style, page_width(STDOUT_FILENO)) + campaigns_text(sweep.report(), style));
  sweep.write_tables();
  if (const std::size_t failed = sweep.count(false); failed != 0) {
    throw Error(Failure::points, fmt::format("sweep: {} of {} points failed; '{}' says why", failed, points,
                                             (options.output / "sweep.csv").string()));
  }
  return 0;
}

int sweep_point(const fs::path& folder) {
  const Task task = task_in(fs::absolute(folder));
  const auto launcher = make_local_launcher(1);
  const bool ended = launcher->run(
      {&task, 1}, [&](std::size_t, const Outcome& outcome) { write_outcome(task.folder, outcome); });
  if (!ended) throw Error(Failure::interrupted, "sweep-point: interrupted");
  return 0;
}

}  // namespace edgebert::sim
